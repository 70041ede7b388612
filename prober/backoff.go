package prober

import "time"

// The pace of a target: additive increase, multiplicative decrease, as TCP shares a link.
const (
	paceCut   = 0.5             // of the effective rate, at a throttled answer
	paceStep  = 0.05            // of the set-point, each paceEvery of recovery
	paceEvery = time.Minute     // between steps
	paceClean = 5 * time.Minute // without a throttled answer before the first step
	paceAway  = 24 * time.Hour  // at most, whatever Retry-After says: a wrong date must not end the probing
)

// pace is what a server's "too many requests" leaves of the set-point, in tokens per minute.
//
//	set-point ─────┐ 429                                   ┌───
//	               │                              ┌────────┘ +5 % a minute
//	½ set-point    └╌╌╌ away ╌╌╌┬── 5 min clean ──┘
//	                Retry-After ┘
//
// It reads no clock; a slot within the time away is not to be used.
type pace struct {
	setPoint float64
	floor    float64 // no cut goes below it
	rate     float64 // effective
	away     time.Time
	cut      time.Time // when rate was last halved
	step     time.Time // when rate may next rise; meaningless at the set-point
}

func newPace(setPoint float64) pace {
	return pace{setPoint: setPoint, floor: min(SentinelTPM, setPoint), rate: setPoint}
}

// throttled is told of an answer that asked for less, to a request sent at sent; retryAfter is 0 if
// it did not say for how long. It reports whether the rate changed.
//
// Requests that were in flight together are often throttled together. They are one message: only
// an answer to a request that was sent after the last cut is news of the rate since.
func (p *pace) throttled(now, sent time.Time, retryAfter time.Duration) (changed bool) {
	if until := now.Add(min(retryAfter, paceAway)); until.After(p.away) {
		p.away = until
	}
	p.step = p.away.Add(paceClean)
	if sent.Before(p.cut) {
		return false
	}
	before := p.rate
	p.cut = now
	p.rate = max(p.floor, p.rate*paceCut)
	return p.rate != before
}

// rise takes the steps of recovery that are due at now and reports whether the rate changed.
func (p *pace) rise(now time.Time) (changed bool) {
	for p.rate < p.setPoint && !now.Before(p.step) {
		p.rate = min(p.setPoint, p.rate+paceStep*p.setPoint)
		p.step = p.step.Add(paceEvery)
		changed = true
	}
	return changed
}

// next is when rise will have something to do; false at the set-point.
func (p *pace) next() (time.Time, bool) { return p.step, p.rate < p.setPoint }

// isAway reports whether the server has asked to be left alone at t.
func (p *pace) isAway(t time.Time) bool { return t.Before(p.away) }
