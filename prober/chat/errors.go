package chat

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// maxErrorBody is how much of an error's body is looked at.
const maxErrorBody = 64 << 10

// unanswered is a request that got no response.
func unanswered(x *Exchange, err error) *failure {
	if x.Connected.IsZero() {
		return &failure{outcome: Refused, reason: "no connection", cause: err}
	}
	return &failure{outcome: Broken, reason: "connection lost before the response", cause: err}
}

// closedByPeer reports whether err is what a connection gives that the other side had closed while
// nobody looked.
func closedByPeer(err error) bool {
	// net.ErrClosed: net/http read the end of the connection, and closed it, while we were writing.
	for _, sign := range []error{net.ErrClosed, io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED} {
		if errors.Is(err, sign) {
			return true
		}
	}
	// net/http keeps this one to itself.
	return strings.Contains(err.Error(), "server closed idle connection")
}

// refusedStatus is a response with any status but 200.
func refusedStatus(resp *http.Response) *failure {
	f := &failure{outcome: outcomeOf(resp.StatusCode), reason: fmt.Sprintf("HTTP %d", resp.StatusCode)}
	if said := complaintIn(resp.Body); said != nil {
		f.reason += ": " + strings.TrimPrefix(said.reason, genericComplaint+": ")
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

// complaintIn reads an error object, and then lets the rest of the body pass.
func complaintIn(body io.Reader) *failure {
	var c complaint
	read, err := io.ReadAll(io.LimitReader(body, maxErrorBody))
	drain(body)
	if err == nil && json.Unmarshal(read, &c) == nil {
		if f := c.failure(); f.reason != genericComplaint {
			return f
		}
	}
	return nil // the status says enough
}

// isStream reports whether a response may be a stream of events. Servers that say nothing of its
// type are believed.
func isStream(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return true
	}
	return kind == "text/event-stream" || kind == "application/octet-stream" || kind == "text/plain"
}

// notAStream is a 200 with something else than a stream: an error object, or a whole answer from a
// server that does not know "stream":true.
func notAStream(resp *http.Response) *failure {
	if f := complaintIn(resp.Body); f != nil {
		return f
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return broken("answer is " + excerpt(kind) + " and no stream of events")
}

// printable is the error of an exchange, without the endpoint's credentials should a server have
// repeated them.
func (c *Client) printable(f *failure, key string) error {
	out := *f
	if f.cause != nil {
		out.reason += ": " + excerpt(f.cause.Error())
	}
	for _, secret := range append(c.secrets(), key) {
		if len(secret) >= 4 {
			out.reason = strings.ReplaceAll(out.reason, secret, "<secret>")
		}
	}
	return &out
}
