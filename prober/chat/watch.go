package chat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// How long a server may take for what comes after the verdict: the rest of an error's body, and the
// end of the response behind the finish marker.
const (
	errorPatience = 5 * time.Second
	drainPatience = 250 * time.Millisecond
	drainBytes    = 64 << 10
)

var (
	errTimeout  = errors.New("timeout")
	errStalled  = errors.New("stalled")
	errPatience = errors.New("patience is over")
)

// watch ends an exchange that takes too long, by cancelling its context with the reason.
//
//	Started ────────── FirstToken ── token ── token ─ … ─ finish marker ── end of response
//	  └ Timeout ─────────────────────────────────────────────────────────────┘
//	                        └ StallTimeout, set back by each event ┘ └ drainPatience ┘
type watch struct {
	cancel  context.CancelCauseFunc
	limit   time.Duration
	silence time.Duration
	whole   *time.Timer
	quiet   *time.Timer // nil before the first token
}

func newWatch(cancel context.CancelCauseFunc, e Endpoint) *watch {
	w := &watch{cancel: cancel, limit: time.Duration(e.Timeout), silence: time.Duration(e.StallTimeout)}
	w.whole = time.AfterFunc(w.limit, func() { cancel(errTimeout) })
	return w
}

// alive sets the silence back.
func (w *watch) alive() {
	if w.quiet == nil {
		w.quiet = time.AfterFunc(w.silence, func() { w.cancel(errStalled) })
		return
	}
	w.quiet.Reset(w.silence)
}

// hurry gives the exchange that much more time, once all that matters is known.
func (w *watch) hurry(patience time.Duration) {
	if w.quiet != nil {
		w.quiet.Stop()
	}
	w.quiet = time.AfterFunc(patience, func() { w.cancel(errPatience) })
}

// stop releases everything.
func (w *watch) stop() {
	w.whole.Stop()
	if w.quiet != nil {
		w.quiet.Stop()
	}
	w.cancel(nil)
}

// verdict of an exchange whose context ended.
func (w *watch) verdict(cause error, x *Exchange) *failure {
	switch {
	case errors.Is(cause, errTimeout):
		return &failure{outcome: Timeout, reason: fmt.Sprintf("not finished within %s, %s", w.limit, stage(x))}
	case errors.Is(cause, errStalled):
		return &failure{outcome: Stalled, reason: fmt.Sprintf("nothing for %s after %d token events", w.silence, x.Events)}
	}
	return &failure{outcome: Cancelled, reason: "cancelled " + stage(x)}
}

// stage is what an exchange was at when it ended.
func stage(x *Exchange) string {
	switch {
	case x.Connected.IsZero():
		return "while connecting"
	case x.Written.IsZero():
		return "while sending the request"
	case x.Headers.IsZero():
		return "while waiting for the response"
	case x.FirstToken.IsZero():
		return "while waiting for the first token"
	}
	return "in mid-stream"
}

// drain reads what is left of a response, within bounds. Not to get to its end only costs the
// connection.
func drain(body io.Reader) {
	_, _ = io.CopyN(io.Discard, body, drainBytes)
}
