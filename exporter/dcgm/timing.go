package dcgm

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

// agentTiming says how long to wait for an agent, and how long between two agents.
type agentTiming struct {
	firstMessage  time.Duration // the C library may spend this time connecting
	silence       time.Duration // the longest pause between two messages
	farewell      time.Duration // for an agent that was asked to leave
	retryMin      time.Duration // the first wait after a failure; it doubles with each further one
	retryMax      time.Duration // the longest wait; an agent that lived longer starts over at retryMin
	retryHopeless time.Duration // the wait after a failure that only an operator can mend

	// afterFunc starts the watchdog: time.AfterFunc, except in tests.
	afterFunc func(time.Duration, func()) *time.Timer
}

func (o Options) agentTiming() agentTiming {
	return agentTiming{
		firstMessage:  max(staleIntervals*o.Interval, 30*time.Second),
		silence:       max(staleIntervals*o.Interval, 15*time.Second),
		farewell:      2 * time.Second,
		retryMin:      time.Second,
		retryMax:      time.Minute,
		retryHopeless: 5 * time.Minute,
		afterFunc:     time.AfterFunc,
	}
}

// jitter spreads the agents of a fleet, so that they do not come back together.
const jitter = 0.2

// retryDelay is the wait before the next agent: 1 s, 2 s, 4 s … 60 s after failures in a row, each ± 20 %.
type retryDelay struct {
	timing      agentTiming
	exponential backoff.ExponentialBackOff
}

func newRetryDelay(t agentTiming) *retryDelay {
	d := &retryDelay{t, backoff.ExponentialBackOff{
		InitialInterval: t.retryMin, MaxInterval: t.retryMax, Multiplier: 2, RandomizationFactor: jitter,
	}}
	d.exponential.Reset()
	return d
}

// after returns the wait that follows an agent, from how long it lived and how it failed.
func (d *retryDelay) after(lived time.Duration, f *sessionFailure) time.Duration {
	if lived > d.timing.retryMax || f.Op == opTopology {
		d.exponential.Reset()
	}
	if f.Op == opLibrary || versionMismatch(f.Code) {
		hopeless := backoff.ExponentialBackOff{InitialInterval: d.timing.retryHopeless, RandomizationFactor: jitter}
		return hopeless.NextBackOff()
	}
	return d.exponential.NextBackOff()
}
