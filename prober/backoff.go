package prober

import "time"

// Additive increase, multiplicative decrease, as TCP shares a link.
const (
	cutFactor   = 0.5             // of the rate, at a throttled answer
	stepShare   = 0.05            // of the set-point, added at each step of recovery
	stepEvery   = time.Minute     // between steps
	cleanTime   = 5 * time.Minute // without a throttled answer, before the first step
	longestHold = 24 * time.Hour  // whatever Retry-After says: a wrong date must not end the probing
)

// backoff computes the rate that a server's "too many requests" leaves of the set-point, both in
// tokens per minute.
//
//	set-point ─────┐ 429                                   ┌───
//	               │                              ┌────────┘ +5 % a minute
//	½ set-point    └╌╌╌ hold ╌╌╌┬── 5 min clean ──┘
//	                Retry-After ┘
//
// It reads no clock. No slot may be used during the hold.
type backoff struct {
	setPoint  float64
	floor     float64 // no cut goes below it
	rate      float64
	holdUntil time.Time
	lastCut   time.Time
	nextStep  time.Time // when rate may rise again; meaningless at the set-point
}

func newBackoff(setPoint float64) backoff {
	return backoff{setPoint: setPoint, floor: min(SentinelTPM, setPoint), rate: setPoint}
}

// throttled takes in an answer that asked for less, to a request sent at sent. retryAfter is 0 if it
// did not say for how long. It reports whether the rate changed.
//
// Requests that were in flight together are often throttled together, and count as one message: only
// the answer to a request that was sent after the last cut is about the rate since that cut.
func (b *backoff) throttled(now, sent time.Time, retryAfter time.Duration) (changed bool) {
	if until := now.Add(min(retryAfter, longestHold)); until.After(b.holdUntil) {
		b.holdUntil = until
	}
	b.nextStep = b.holdUntil.Add(cleanTime)
	if sent.Before(b.lastCut) {
		return false
	}
	before := b.rate
	b.lastCut = now
	b.rate = max(b.floor, b.rate*cutFactor)
	return b.rate != before
}

// stepUp takes the steps that are due at now and reports whether the rate changed.
func (b *backoff) stepUp(now time.Time) (changed bool) {
	for b.rate < b.setPoint && !now.Before(b.nextStep) {
		b.rate = min(b.setPoint, b.rate+stepShare*b.setPoint)
		b.nextStep = b.nextStep.Add(stepEvery)
		changed = true
	}
	return changed
}

// next is when stepUp has something to do; false at the set-point.
func (b *backoff) next() (time.Time, bool) { return b.nextStep, b.rate < b.setPoint }

// holds reports whether the server has asked to be left alone at t.
func (b *backoff) holds(t time.Time) bool { return t.Before(b.holdUntil) }
