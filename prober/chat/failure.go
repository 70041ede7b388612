package chat

import (
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"syscall"

	"github.com/firsttoken/firsttoken/internal/redact"
)

// failure is the end of an exchange that is not OK. It becomes Exchange.Outcome and Exchange.Err.
type failure struct {
	outcome Outcome
	reason  string // constant text, or a server's message that was cut short; never an answer or a key
	cause   error  // nil, or what reason was made of
}

func (f *failure) Error() string { return f.reason }

func (f *failure) Unwrap() error { return f.cause }

func broken(reason string) *failure    { return &failure{outcome: Broken, reason: reason} }
func truncated(reason string) *failure { return &failure{outcome: Truncated, reason: reason} }

// unanswered is a request that got no response.
func unanswered(x *Exchange, err error) *failure {
	if x.Connected.IsZero() {
		return &failure{outcome: Refused, reason: "no connection", cause: err}
	}
	return &failure{outcome: Broken, reason: "connection lost before the response", cause: err}
}

// closedByPeer reports whether the error means that the peer had closed the connection while it was idle.
func closedByPeer(err error) bool {
	for _, sign := range []error{
		net.ErrClosed, // net/http read the end of the connection, and closed it, while we were writing
		io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED,
	} {
		if errors.Is(err, sign) {
			return true
		}
	}
	// net/http does not export this one.
	return strings.Contains(err.Error(), "server closed idle connection")
}

// printable is the error of an exchange, without the secrets that a server may have repeated.
func (f *failure) printable(r *redact.Redactor) error {
	out := *f
	if f.cause != nil {
		out.reason += ": " + excerpt(f.cause.Error())
	}
	out.reason = r.Clean(out.reason)
	return &out
}

const maxExcerpt = 200

// excerpt makes a server's text fit for a log line: one line, printable, at most 200 bytes.
func excerpt(s string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(s) {
		for _, r := range " " + word {
			if b.Len() >= maxExcerpt {
				return strings.TrimSpace(b.String()) + "…"
			}
			if strconv.IsPrint(r) {
				b.WriteRune(r)
			}
		}
	}
	return strings.TrimSpace(b.String())
}
