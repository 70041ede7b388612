package prober

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/firsttoken/firsttoken/internal/waker"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// lateAfter is how far behind its instant a slot may still be used; its lag is on record. Slots that
// a sleeping prober missed by more are counted, never made up for in a burst.
const lateAfter = time.Second

// loop keeps the load of one target. All of its state belongs to the one goroutine that runs it. Each
// exchange in flight has a goroutine of its own, which returns it through finished.
type loop struct {
	target   Target
	sender   Sender
	observer Observer
	trust    Trust  // nil believes all
	memory   Memory // nil keeps nothing
	newTimer func() waker.Timer
	resumed  func(Target, chat.Conversation) // nil: the load begins
	log      *slog.Logger
	random   *rand.Rand
	arrivals arrivals
	pool     *pool
	ceilings ceilings
	backoff  backoff
	pause    *pauseState
	failing  failing
	failures failureLog
	budget   budgetGate
	opening  time.Time // the regular slots begin here, after the trial's share of the load
	opened   bool
	ended    bool // Load.Until has come
	inflight []*inflight
	finished chan *inflight
	unused   *unusedSlots
	recovery recovery
	answered atomic.Int64 // the last first token, in nanoseconds since 1970

	foundWindow bool // the target's window is known by refusals, not by the configuration
}

// run sends until ctx is done and then waits for what is in flight.
func (l *loop) run(ctx context.Context) {
	l.begin(ctx, time.Now())
	timer := l.newTimer()
	defer timer.Stop()
	for ctx.Err() == nil {
		timer.Set(l.wake())
		select {
		case <-ctx.Done():
		case q := <-l.finished:
			l.finish(q, time.Now())
		case <-timer.C():
			l.work(ctx, time.Now())
		case <-l.pause.changed:
			l.work(ctx, time.Now())
		case <-l.budget.slot.pending():
			l.work(ctx, time.Now())
		case <-l.budget.probe.pending():
			l.work(ctx, time.Now())
		}
	}
	l.budget.slot.release()
	l.budget.probe.release()
	for len(l.inflight) > 0 || l.recovery.probe != nil {
		l.finish(<-l.finished, time.Now())
	}
	l.failures.stop(time.Now())
}

// begin places the first slots. The trial comes first, at a random instant of the time that the
// set-point allots to its tokens. The regular slots follow that time:
//
//	now        opening
//	├─── trial ───┼───── rest of a gap ─────┤ slot ── gap ── slot …
//	 6k/TPM = 18 s          ≤ 180 s
func (l *loop) begin(ctx context.Context, now time.Time) {
	l.resumeBackoff(now)
	l.pause.look(now)
	l.announceRate()
	if l.resumed != nil {
		l.resume(ctx, now)
		return
	}
	l.pool.open(now)
	share := gap(float64(max(l.pool.trial.session.NextTokens(), 1)), l.backoff.setPoint)
	l.opening = now.Add(share)
	l.arrivals.due = now.Add(scale(share, l.random.Float64()))
}

// wake is the instant at which work has something to do next.
func (l *loop) wake() time.Time {
	at := l.slotWake()
	if l.ended {
		at = time.Now().Add(time.Hour) // only exchanges that end
	} else if until := l.target.Load.Until; !until.IsZero() {
		at = earlier(at, until)
	}
	if change, ok := l.pause.next(); ok && !l.ended {
		at = earlier(at, change)
	}
	if step, ok := l.backoff.next(); ok && !l.ended {
		at = earlier(at, step)
	}
	for _, q := range l.inflight {
		if deadline, ok := q.judge.Deadline(); ok {
			at = earlier(at, deadline)
		}
	}
	if deadline, ok := l.unused.deadline(); ok {
		at = earlier(at, deadline)
	}
	if probe, ok := l.nextProbe(); ok {
		at = earlier(at, probe)
	}
	if line, ok := l.failures.next(); ok {
		at = earlier(at, line)
	}
	return at
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// work does what is due at now: pauses, verdicts, steps of recovery, slots.
func (l *loop) work(ctx context.Context, now time.Time) {
	l.followPause(now)
	for _, q := range l.inflight {
		q.expire(now)
	}
	l.unused.expire(now)
	l.failures.flush(now)
	if !l.ended && l.backoff.stepUp(now) {
		l.saveBackoff()
		l.rateChanged()
	}
	for !l.ended && !l.arrivals.due.After(now) && ctx.Err() == nil {
		if l.over(l.arrivals.due) {
			break
		}
		tokens, over := l.slot(ctx, l.arrivals.due, now)
		if !over {
			break // it waits for the ledger
		}
		l.followBudget(now)
		l.advance(tokens)
	}
	if !l.over(now) {
		l.reserve(now)
	}
	l.lookForRecovery(ctx, now)
}

// over ends the load when at is past Load.Until, and reports whether it has ended.
func (l *loop) over(at time.Time) bool {
	until := l.target.Load.Until
	if l.ended || until.IsZero() || at.Before(until) {
		return l.ended
	}
	l.ended = true
	l.log.Info("load has ended", "target", l.target.Name, "until", until)
	l.observer.Observe(RateChanged{Target: l.target.Name})
	return true
}
