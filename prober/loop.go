package prober

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/firsttoken/firsttoken/internal/waker"
)

// lateAfter is how far behind its instant a slot may still be used, its lag on record. What a
// prober that was asleep missed by more is counted, never made up for in a burst.
const lateAfter = time.Second

// loop keeps the load of one target. All of its state belongs to the one goroutine that runs it;
// each exchange in flight has a goroutine of its own and comes back through landed.
type loop struct {
	target   Target
	sender   Sender
	observer Observer
	trust    Trust // nil believes all
	newTimer func() waker.Timer
	log      *slog.Logger
	random   *rand.Rand
	arrivals arrivals
	pool     *pool
	pace     pace
	opening  time.Time // where the regular slots begin, after the trial's share of the load
	opened   bool
	ended    bool // Load.Until has come
	flights  []*flight
	landed   chan *flight
}

// run sends until ctx is done and then waits for what is in flight.
func (l *loop) run(ctx context.Context) {
	l.begin(time.Now())
	timer := l.newTimer()
	defer timer.Stop()
	for ctx.Err() == nil {
		timer.Set(l.wake())
		select {
		case <-ctx.Done():
		case f := <-l.landed:
			l.land(f, time.Now())
		case <-timer.C():
			l.work(ctx, time.Now())
		}
	}
	for len(l.flights) > 0 {
		l.land(<-l.landed, time.Now())
	}
}

// begin places the first slots. The trial comes first, at a random instant of the time that its
// tokens take up in the set-point, and the regular slots after that time:
//
//	now        opening
//	├─── trial ───┼───── rest of a gap ─────┤ slot ── gap ── slot …
//	 6k/TPM = 18 s          ≤ 180 s
func (l *loop) begin(now time.Time) {
	l.announce()
	l.pool.open(now)
	share := gap(float64(max(l.pool.trial.session.NextTokens(), 1)), l.pace.setPoint)
	l.opening = now.Add(share)
	l.arrivals.due = now.Add(scale(share, l.random.Float64()))
}

// wake is when work has something to do next.
func (l *loop) wake() time.Time {
	at := l.arrivals.due
	if l.ended {
		at = time.Now().Add(time.Hour) // nothing but landings
	} else if until := l.target.Load.Until; !until.IsZero() {
		at = earlier(at, until)
	}
	if step, ok := l.pace.next(); ok && !l.ended {
		at = earlier(at, step)
	}
	for _, f := range l.flights {
		if deadline, ok := f.hearing.Deadline(); ok {
			at = earlier(at, deadline)
		}
	}
	return at
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// work does all that is due at now: verdicts, recovery, slots.
func (l *loop) work(ctx context.Context, now time.Time) {
	for _, f := range l.flights {
		f.expire(now)
	}
	if !l.ended && l.pace.rise(now) {
		l.paced()
	}
	for !l.ended && !l.arrivals.due.After(now) && ctx.Err() == nil {
		if l.over(l.arrivals.due) {
			break
		}
		l.slot(ctx, l.arrivals.due, now)
		l.advance()
	}
	l.over(now)
}

// over ends the load if at is past its end, and reports whether it has ended.
func (l *loop) over(at time.Time) bool {
	until := l.target.Load.Until
	if l.ended || until.IsZero() || at.Before(until) {
		return l.ended
	}
	l.ended = true
	l.log.Info("load has ended", "target", l.target.Name, "until", until)
	l.observer.Observe(Paced{Target: l.target.Name})
	return true
}

// advance places the slot after this one. Gaps follow what back-off leaves of the set-point.
func (l *loop) advance() {
	mean := gap(l.pool.mean(), l.pace.rate)
	if !l.opened {
		l.opened = true
		l.arrivals.start(l.opening, mean)
		return
	}
	l.arrivals.advance(mean)
}

// slot uses the slot that was due, or says why not.
func (l *loop) slot(ctx context.Context, due, now time.Time) {
	if reason, blocked := l.blocked(due, now); blocked {
		l.skip(reason, due)
		return
	}
	s, ok := l.pool.take(now)
	if !ok {
		l.skip(NoSession, due)
		return
	}
	l.send(ctx, s, due, now)
}

func (l *loop) blocked(due, now time.Time) (Reason, bool) {
	switch {
	case l.target.Load.Paused:
		return Paused, true
	case now.Sub(due) > lateAfter:
		return Late, true
	case l.pace.isAway(now):
		return Backoff, true
	case len(l.flights) >= l.target.Load.MaxInFlight:
		return InFlight, true
	}
	return "", false
}

func (l *loop) skip(r Reason, due time.Time) {
	l.observer.Observe(Skipped{Target: l.target.Name, Reason: r, At: due})
}

// announce tells the pace with which the target starts.
func (l *loop) announce() {
	e := Paced{Target: l.target.Name, SetPoint: l.pace.setPoint, Effective: l.pace.rate}
	if l.target.Load.Paused {
		e.Effective = 0
	}
	l.observer.Observe(e)
}

// paced tells of a change by back-off.
func (l *loop) paced() {
	l.announce()
	l.log.Info("pace has changed", "target", l.target.Name, "tokens_per_minute", l.pace.rate, "set_point", l.pace.setPoint)
}
