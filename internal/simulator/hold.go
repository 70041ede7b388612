package simulator

import (
	"cmp"
	"context"
	"time"
)

// hold is an incident's silence before or after the response headers.
type hold struct {
	on    bool
	pause time.Duration // 0: until the client leaves
}

func holdFor(i *Incident) hold { return hold{on: true, pause: time.Duration(i.Pause)} }

// endlessFor is the pause between the tokens of an answer that does not end: 10 ms, if the incident has none.
func endlessFor(i *Incident) hold {
	return hold{on: true, pause: cmp.Or(time.Duration(i.Pause), 10*time.Millisecond)}
}

// wait returns after the pause. It returns early, with an error, when the client leaves or the engine closes.
func (h hold) wait(ctx context.Context, closing <-chan struct{}) error {
	if !h.on {
		return nil
	}
	var over <-chan time.Time // blocks without a pause
	if h.pause > 0 {
		timer := time.NewTimer(h.pause)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-over:
		return nil
	case <-closing:
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
