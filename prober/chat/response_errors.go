package chat

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// maxErrorBody is how much of an error's body is read for its message.
const maxErrorBody = 64 << 10

// statusFailure is a response with a status that is no answer.
func statusFailure(resp *http.Response) *failure {
	f := &failure{cause: statusCause(resp.StatusCode), text: fmt.Sprintf("HTTP %d", resp.StatusCode)}
	if resp.StatusCode < http.StatusOK {
		return f // after 101 the connection speaks another protocol, and reading it may never end
	}
	body, said := readError(resp)
	if said && (body.isError || resp.StatusCode >= http.StatusMultipleChoices) { // else it may be a piece of the answer
		f.cause = body.refine(f.cause)
		f.text += ": " + body.text
	}
	return f
}

// statusCause is the cause that a status by itself stands for.
func statusCause(status int) Cause {
	known := map[int]Cause{
		http.StatusTooManyRequests:       CauseHTTP429,
		529:                              CauseHTTP529,
		http.StatusInternalServerError:   CauseHTTP500,
		http.StatusBadGateway:            CauseHTTP502,
		http.StatusServiceUnavailable:    CauseHTTP503,
		http.StatusGatewayTimeout:        CauseHTTP504,
		http.StatusRequestTimeout:        CauseHTTP408,
		http.StatusUnauthorized:          CauseUnauthorized,
		http.StatusPaymentRequired:       CausePayment,
		http.StatusForbidden:             CauseForbidden,
		http.StatusNotFound:              CauseNotFound,
		http.StatusRequestEntityTooLarge: CauseTooLarge,
		http.StatusBadRequest:            CauseBadRequest,
		http.StatusUnprocessableEntity:   CauseBadRequest,
	}
	switch cause, ok := known[status]; {
	case ok:
		return cause
	case status >= http.StatusInternalServerError:
		return CauseHTTP5xx
	case status >= http.StatusMultipleChoices && status < http.StatusBadRequest:
		return CauseRedirect
	}
	return CauseOddStatus
}

// notAStream is a 200 that is no stream: an error object, or a whole answer from a server that does not
// know "stream":true.
func notAStream(resp *http.Response) *failure {
	if body, said := readError(resp); said && body.isError {
		return &failure{cause: body.refine(CauseErrorEvent), text: genericError + ": " + body.text}
	}
	if encoding := resp.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return &failure{cause: CauseNotAStream, text: "answer is compressed with " + excerpt(encoding) + ", unasked"}
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return &failure{cause: CauseNotAStream, text: "answer is " + excerpt(kind) + " and no stream of events"}
}

// noEvents is a response that calls itself a stream and has no event: a document, or nothing.
func noEvents(document []byte) *failure {
	if body, said := parseErrorBody(document); said && body.isError {
		return &failure{cause: body.refine(CauseErrorEvent), text: genericError + ": " + body.text}
	}
	if kind := documentKind(document); kind != "" {
		return &failure{cause: CauseNotAStream, text: "answer is " + kind + " and no stream of events"}
	}
	return &failure{cause: CauseNoEvents, text: "empty stream"}
}

// documentKind names what came in place of events, by its first bytes; empty for nothing that is known.
func documentKind(document []byte) string {
	document = bytes.TrimSpace(document)
	switch {
	case bytes.HasPrefix(document, []byte("\x1f\x8b")):
		return "compressed with gzip, unasked,"
	case bytes.HasPrefix(document, []byte("{")), bytes.HasPrefix(document, []byte("[")):
		return "a JSON document"
	case bytes.HasPrefix(document, []byte("<")):
		return "an HTML page"
	}
	return ""
}

// isStream reports whether a response may be a stream of events. A server that names no type is assumed
// to send one, unless it compressed it: firsttoken asks for no compression.
func isStream(h http.Header) bool {
	if e := h.Get("Content-Encoding"); e != "" && e != "identity" {
		return false
	}
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return true
	}
	return kind == "text/event-stream" || kind == "application/octet-stream" || kind == "text/plain"
}

// readError reads the words of an error's body, then drains the rest.
func readError(resp *http.Response) (errorBody, bool) {
	read, err := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	drain(resp.Body)
	if err != nil && len(read) == 0 {
		return errorBody{}, false
	}
	return parseErrorBody(read)
}
