package dcgm

import (
	"math/rand/v2"
	"time"
)

// pace says how long to wait for an agent, and between two.
type pace struct {
	first    time.Duration // for the first frame: the C library may spend its time connecting
	silence  time.Duration // between frames
	farewell time.Duration // for an agent that was asked to leave
	least    time.Duration // the first wait after a failure, doubled with each
	most     time.Duration // the longest; an agent that lived longer begins anew
	hopeless time.Duration // after a failure that only an operator can mend
}

func (o Options) pace() pace {
	return pace{
		first:    max(patience*o.Interval, 30*time.Second),
		silence:  max(patience*o.Interval, 15*time.Second),
		farewell: 2 * time.Second,
		least:    time.Second,
		most:     time.Minute,
		hopeless: 5 * time.Minute,
	}
}

// backoff doubles with each failure in a row: 1 s, 2 s, 4 s … 60 s, each ± 20 %, so that the
// agents of a fleet do not come back together.
type backoff struct {
	pace   pace
	failed int
}

// after is the wait that follows an agent that lived so long and failed so.
func (b *backoff) after(lived time.Duration, f *Failure) time.Duration {
	if lived > b.pace.most || f.Op == opTopology {
		b.failed = 0
	}
	if f.Op == opLibrary || mismatch(f.Code) {
		return jitter(b.pace.hopeless)
	}
	wait := b.pace.most
	if b.failed < 16 { // beyond, the shift would overflow
		wait = min(b.pace.least<<b.failed, b.pace.most)
	}
	b.failed++
	return jitter(wait)
}

func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}
