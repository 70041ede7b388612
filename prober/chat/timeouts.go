package chat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// How long a server may take for what comes after the verdict is known: the rest of an error's body, and
// the end of the response behind the finish marker.
const (
	errorPatience = 5 * time.Second
	drainPatience = 250 * time.Millisecond
	drainBytes    = 64 << 10
)

var (
	errTimeout  = errors.New("timeout")
	errNoToken  = errors.New("no first token")
	errStalled  = errors.New("stalled")
	errPatience = errors.New("patience is over")
)

// timeouts end an exchange that takes too long, by cancelling its context with the reason.
//
//	Started ────────── FirstToken ── token ── token ─ … ─ finish marker ── end of response
//	  ├ Timeout ─────────────────────────────────────────────────────────────┘
//	  └ FirstTokenTimeout ─┘
//	                        └ StallTimeout, restarted by each event ┘ └ drainPatience ┘
type timeouts struct {
	cancel            context.CancelCauseFunc
	timeout           time.Duration
	firstTokenTimeout time.Duration
	stallTimeout      time.Duration
	total             *time.Timer
	firstToken        *time.Timer
	stall             *time.Timer // nil before the first token
}

func newTimeouts(cancel context.CancelCauseFunc, e Endpoint, r *Request) *timeouts {
	t := &timeouts{
		cancel:            cancel,
		timeout:           time.Duration(e.Timeout),
		firstTokenTimeout: cmp.Or(r.FirstTokenTimeout, time.Duration(e.FirstTokenTimeout), time.Duration(e.Timeout)),
		stallTimeout:      time.Duration(e.StallTimeout),
	}
	t.total = time.AfterFunc(t.timeout, func() { cancel(errTimeout) })
	t.firstToken = time.AfterFunc(t.firstTokenTimeout, func() { cancel(errNoToken) })
	if t.firstTokenTimeout >= t.timeout {
		t.firstToken.Stop() // the other says the same
	}
	return t
}

// touch restarts the stall timer. The first call says that there is a first token.
func (t *timeouts) touch() {
	t.firstToken.Stop()
	if t.stall == nil {
		t.stall = time.AfterFunc(t.stallTimeout, func() { t.cancel(errStalled) })
		return
	}
	t.stall.Reset(t.stallTimeout)
}

// shorten replaces the stall timeout by a short deadline once the verdict is known.
func (t *timeouts) shorten(patience time.Duration) {
	t.firstToken.Stop()
	if t.stall != nil {
		t.stall.Stop()
	}
	t.stall = time.AfterFunc(patience, func() { t.cancel(errPatience) })
}

// stop releases the timers and the context.
func (t *timeouts) stop() {
	t.total.Stop()
	t.firstToken.Stop()
	if t.stall != nil {
		t.stall.Stop()
	}
	t.cancel(nil)
}

// failure of an exchange whose context ended for this cause.
func (t *timeouts) failure(cause error, x *Exchange) *failure {
	switch {
	case errors.Is(cause, errTimeout):
		return &failure{cause: CauseTooLong, text: fmt.Sprintf("not finished within %s, %s", t.timeout, stage(x))}
	case errors.Is(cause, errNoToken):
		return &failure{cause: CauseNoFirstToken, text: fmt.Sprintf("no token within %s, %s", t.firstTokenTimeout, stage(x))}
	case errors.Is(cause, errStalled):
		return &failure{
			cause: CauseStalled, text: fmt.Sprintf("nothing for %s after %d token events", t.stallTimeout, x.Events),
		}
	}
	return &failure{cause: CauseCancelled, text: "cancelled " + stage(x)}
}

// stage is how far an exchange had come when it ended.
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

// drain reads the rest of a response, within bounds, so that its connection can be used again. If that
// fails, the connection is lost and nothing else.
func drain(body io.Reader) {
	_, _ = io.CopyN(io.Discard, body, drainBytes)
}
