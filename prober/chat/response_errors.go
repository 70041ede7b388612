package chat

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// maxErrorBody is how much of an error's body is read for its message.
const maxErrorBody = 64 << 10

// statusFailure is a response with any status but 200.
func statusFailure(resp *http.Response) *failure {
	f := &failure{outcome: outcomeOf(resp.StatusCode), reason: fmt.Sprintf("HTTP %d", resp.StatusCode)}
	if detail := errorIn(resp.Body); detail != nil {
		f.reason += ": " + strings.TrimPrefix(detail.reason, genericError+": ")
	}
	return f
}

// outcomeOf any status but 200.
func outcomeOf(status int) Outcome {
	switch {
	case throttlingStatus(status):
		return Throttled
	case status >= http.StatusInternalServerError:
		return ServerError
	case status == http.StatusUnauthorized, status == http.StatusPaymentRequired, status == http.StatusForbidden:
		return Denied
	}
	return Rejected
}

// throttlingStatus holds for 429, 503 and Anthropic's 529.
func throttlingStatus(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable || status == 529
}

// notAStream is a 200 that is no stream: an error object, or a whole answer from a server that does not
// know "stream":true.
func notAStream(resp *http.Response) *failure {
	if f := errorIn(resp.Body); f != nil {
		return f
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return broken("answer is " + excerpt(kind) + " and no stream of events")
}

// isStream reports whether a response may be a stream of events. A server that names no type is assumed
// to send one.
func isStream(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return true
	}
	return kind == "text/event-stream" || kind == "application/octet-stream" || kind == "text/plain"
}

// errorIn reads an error object, then drains the rest of the body. It is nil where there is none with a
// message: then the status says enough.
func errorIn(body io.Reader) *failure {
	var e errorObject
	read, err := io.ReadAll(io.LimitReader(body, maxErrorBody))
	drain(body)
	if err == nil && json.Unmarshal(read, &e) == nil {
		if f := e.failure(); f.reason != genericError {
			return f
		}
	}
	return nil
}
