package prober

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// advance places the slot after this one. Gaps follow what back-off and budget leave of the set-point, and the size of
// prompts: that of the prompt in this slot if it is known to differ from those to come, else their mean.
func (l *loop) advance(tokens float64) {
	mean := gap(cmp.Or(tokens, l.pool.mean()), l.rate())
	if !l.opened {
		l.opened = true
		l.arrivals.start(l.opening, mean)
		return
	}
	l.arrivals.advance(mean)
}

// slot uses the slot that was due, or reports why it cannot. It returns the tokens of a session that was made for this
// slot, whose first prompt is smaller than those of the others; 0 otherwise. over is false while the slot waits for the
// ledger.
func (l *loop) slot(ctx context.Context, due, now time.Time) (tokens float64, over bool) {
	if reason, blocked := l.blocked(due, now); blocked {
		l.skip(reason, due)
		return 0, true
	}
	if !l.failing.use(due) {
		l.skip(Backoff, due)
		return 0, true
	}
	s, ok := l.pool.take(now, len(l.inflight))
	if !ok {
		l.skip(NoSession, due)
		return 0, true
	}
	if reason, exceeds := l.bound(s, now); exceeds {
		l.skip(reason, due)
		return 0, true
	}
	t, passage := l.budget.pass(&l.budget.slot, s.session, due)
	switch passage {
	case undecided:
		return 0, false
	case refused:
		l.skip(NoBudget, due)
		return 0, true
	default:
		if s.made {
			tokens = float64(s.session.NextTokens())
		}
		l.send(ctx, s, t, due, now)
		return tokens, true
	}
}

func (l *loop) blocked(due, now time.Time) (Reason, bool) {
	switch {
	case l.pause.active():
		return l.pause.reason(), true
	case now.Sub(due) > lateAfter && l.budget.slot.pending() != nil:
		return NoBudget, true
	case now.Sub(due) > lateAfter:
		return Late, true
	case l.backoff.holds(now):
		return Backoff, true
	case len(l.inflight) >= l.target.Load.MaxInFlight:
		return InFlight, true
	}
	return "", false
}

func (l *loop) skip(r Reason, due time.Time) {
	l.budget.slot.release()
	l.observer.Observe(Skipped{Target: l.target.Name, Reason: r, At: due, Tokens: l.pool.mean()})
	witness := l.newestInFlight()
	switch {
	case r == Backoff && l.failing.interval() > 1:
		l.unused.failed(due)
	case witness != nil && l.endpointHolds(r, due):
		l.unused.add(due, witness)
	}
}

// endpointHolds reports whether a slot went unused because the endpoint still held earlier requests.
func (l *loop) endpointHolds(r Reason, due time.Time) bool {
	switch r {
	case InFlight:
		return true
	case NoSession: // in a pause, unless an answer takes longer than the number of sessions was made for
		return slices.ContainsFunc(l.inflight, func(q *inflight) bool { return due.Sub(q.sent) > answerTime })
	default:
		return false
	}
}
