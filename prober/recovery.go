package prober

import (
	"context"
	"time"

	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// A recovery probe is a request of a tenth of the size, beyond MaxInFlight, that looks whether an endpoint that holds
// all other requests answers again. It is sent while every slot is taken, some of them by requests that wait for their
// first token, and none has come for quietAfter or twice the threshold of ttft, whichever is longer; and from the first
// request that fails until one is answered (see failing), so that an outage is told from an accident within seconds:
//
//	all slots taken ── quietAfter ── probe ─ recoveryWait ✗ ── probe ✓ first token: the endpoint is back
//	                                 ├───── recoveryEvery ────┤
//
// It belongs to no latency series and no objective; unused slots take it as a witness.
const (
	recoveryEvery = 8 * time.Second
	recoveryWait  = 6 * time.Second // for its first token; less than recoveryEvery, so that one is out at a time
	quietAfter    = 10 * time.Second
)

// recovery is the state of the recovery probes of one target.
type recovery struct {
	probe   *inflight         // nil while none is out
	sent    time.Time         // the last one, or the last that was refused
	session *workload.Session // of the next one, once it has been asked for
}

// nextProbe is when to send a recovery probe; false while there is room for ordinary requests, or no need.
func (l *loop) nextProbe() (time.Time, bool) {
	if l.ended || l.pause.active() || l.recovery.probe != nil || l.budget.probe.pending() != nil {
		return time.Time{}, false
	}
	at, needed := l.quietSince()
	at = at.Add(max(quietAfter, 2*l.unused.threshold))
	switch {
	case l.failing.interval() > 1, l.failing.unsure():
		at = time.Time{}
	case len(l.inflight) < l.target.Load.MaxInFlight || !needed:
		return time.Time{}, false
	}
	if next := l.recovery.sent.Add(recoveryEvery); next.After(at) {
		at = next
	}
	if l.backoff.holds(at) {
		return time.Time{}, false // the server asked to be left alone
	}
	return at, true
}

// quietSince is the last instant at which the endpoint gave a first token, or was sent a request that still waits for
// one; false when none waits.
func (l *loop) quietSince() (since time.Time, waits bool) {
	since = time.Unix(0, l.answered.Load())
	for _, q := range l.inflight {
		if q.answered.Load() {
			continue
		}
		waits = true
		if q.sent.After(since) {
			since = q.sent
		}
	}
	return since, waits
}

// lookForRecovery sends a recovery probe if it is time.
func (l *loop) lookForRecovery(ctx context.Context, now time.Time) {
	if l.budget.probe.pending() != nil {
		return
	}
	at, ok := l.nextProbe()
	if !ok || now.Before(at) {
		l.budget.probe.release()
		return
	}
	if l.recovery.session == nil {
		l.recovery.session = workload.NewRecovery(l.pool.shape, l.pool.corpus, l.pool.cal, l.pool.next())
	}
	switch t, passage := l.budget.pass(&l.budget.probe, l.recovery.session, now); passage {
	case undecided:
	case refused:
		l.recovery.sent = now
	default:
		l.sendProbe(ctx, t, now)
	}
}

// sendProbe sends a recovery probe.
func (l *loop) sendProbe(ctx context.Context, t *ticket, now time.Time) {
	session := l.recovery.session
	l.recovery.session = nil
	turn, request := session.Next(workload.Ages{})
	request.ID = newRequestID(l.random.Uint64)
	request.FirstTokenTimeout = recoveryWait
	q := &inflight{
		target: l.target.Name, session: session, turn: turn, ticket: t, request: request, due: now, sent: now,
		judge: slo.NewJudge(l.target.Name, nil, now, false), observer: l.observer, tokenSeen: l.tokenSeen,
	}
	l.recovery.probe, l.recovery.sent = q, now
	l.launch(ctx, q)
}

// tokenSeen notes the first token of a request. It runs on the goroutine of the exchange.
func (l *loop) tokenSeen(at time.Time) {
	if n := at.UnixNano(); n > l.answered.Load() {
		l.answered.Store(n) // a lost race only leaves an instant that is a moment older
	}
	l.unused.firstToken(at)
}

// newestInFlight is the request that was sent last and has not ended; nil for none. One that a pause excused says
// nothing of the endpoint after it.
func (l *loop) newestInFlight() *inflight {
	newest := l.recovery.probe
	for _, q := range l.inflight {
		if !q.excused && (newest == nil || q.sent.After(newest.sent)) {
			newest = q
		}
	}
	return newest
}
