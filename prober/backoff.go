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
	nextStep  time.Time // when rate may rise again
	since     time.Time // the first throttled answer; zero when the rate is back at the set-point
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
	if b.since.IsZero() {
		b.since = now
	}
	if until := now.Add(min(max(retryAfter, 0), longestHold)); until.After(b.holdUntil) {
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

// stepUp takes the steps that are due at now and reports whether anything changed. The first one comes
// also where nothing was cut, and ends the back-off.
func (b *backoff) stepUp(now time.Time) (changed bool) {
	for !b.since.IsZero() && !now.Before(b.nextStep) {
		b.rate = min(b.setPoint, b.rate+stepShare*b.setPoint)
		b.nextStep = b.nextStep.Add(stepEvery)
		if b.rate == b.setPoint {
			b.since = time.Time{}
		}
		changed = true
	}
	return changed
}

// resume goes on with a back-off that began before, after a restart: at half the set-point once its hold
// is over. One that would have been clean for long is forgotten.
func (b *backoff) resume(now, since, until time.Time) {
	until = earlier(until, now.Add(longestHold))
	if !now.Before(until.Add(cleanTime)) {
		return
	}
	b.since, b.holdUntil, b.nextStep, b.lastCut = since, until, until.Add(cleanTime), now
	b.rate = max(b.floor, b.rate*cutFactor)
}

// next is when stepUp has something to do; false while nothing is throttled.
func (b *backoff) next() (time.Time, bool) { return b.nextStep, !b.since.IsZero() }

// holds reports whether the server has asked to be left alone at t.
func (b *backoff) holds(t time.Time) bool { return t.Before(b.holdUntil) }
