package dcgm

import (
	"maps"
	"time"
)

// staleIntervals is how many intervals a series lives without a new sample.
const staleIntervals = 3

// knownGPU is a GPU that an engine has named at least once. It is remembered until the process
// ends, so that a lost GPU differs from one that never existed.
type knownGPU struct {
	id   gpuAnswer // without samples
	lost bool
	held map[uint16]heldSample
	xids xidCount
}

// heldSample is the last usable sample of a field.
type heldSample struct {
	ts    int64
	value float64
	until time.Time // when it expires
}

// samplePeriods say how often a field gets a new sample.
type samplePeriods struct {
	fast, slow time.Duration
	slowFields map[uint16]bool
}

func (o Options) samplePeriods() samplePeriods {
	p := samplePeriods{o.Interval, o.SlowInterval, map[uint16]bool{}}
	for _, f := range fields() {
		p.slowFields[f.id] = f.cadence == slow
	}
	return p
}

func (p samplePeriods) of(id uint16) time.Duration {
	if p.slowFields[id] {
		return p.slow
	}
	return p.fast
}

// pollClock is the time of one poll: our instant, and the newest timestamp on the engine's clock.
type pollClock struct {
	now     time.Time
	newest  int64
	periods samplePeriods
}

// take replaces the samples of the fields that were asked for. A sample is new when its timestamp
// differs from the one before. Its age decides nothing, because the engine's clock may be minutes
// off. Within one poll the engine's clock is compared with itself: a sample far behind the others
// was already stale at our first poll.
//
//	poll at      0 s   10 s   20 s   30 s   40 s
//	timestamp    a     b      b      b      b       the GPU froze after b
//	shown until  30    40     40     40     ends
func (g *knownGPU) take(samples []sample, asked []uint16, clock pollClock) {
	fresh := make(map[uint16]heldSample, len(samples))
	for _, s := range samples {
		period := clock.periods.of(s.Field)
		if time.Duration(clock.newest-s.TS)*time.Microsecond > staleIntervals*period {
			continue
		}
		was, had := g.held[s.Field]
		if !had || was.ts != s.TS {
			was = heldSample{s.TS, s.Value, clock.now.Add(staleIntervals * period)}
		}
		fresh[s.Field] = was
	}
	for _, id := range asked {
		delete(g.held, id)
	}
	maps.Copy(g.held, fresh)
}

// aliveUntil is when the last of the fast samples expires.
func (g *knownGPU) aliveUntil(p samplePeriods) time.Time {
	var until time.Time
	for id, h := range g.held {
		if !p.slowFields[id] && h.until.After(until) {
			until = h.until
		}
	}
	return until
}
