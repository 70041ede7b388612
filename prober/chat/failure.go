package chat

import (
	"strconv"
	"strings"

	"github.com/firsttoken/firsttoken/internal/redact"
)

// failure is the end of an exchange that is not OK. It becomes Exchange.Outcome and Exchange.Err.
type failure struct {
	cause Cause
	text  string // constant, or a server's message that was cut short; never an answer or a key
	err   error  // nil, or what text was made of
}

func (f *failure) Error() string { return f.text }

func (f *failure) Unwrap() error { return f.err }

// outcome follows from the cause.
func (f *failure) outcome() Outcome { return f.cause.Outcome() }

// printable is the error of an exchange, without the secrets that a server may have repeated.
func (f *failure) printable(r *redact.Redactor) error {
	out := *f
	if f.err != nil {
		out.text += ": " + excerpt(f.err.Error())
	}
	out.text = shorten(r.Clean(out.text), maxWords)
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
