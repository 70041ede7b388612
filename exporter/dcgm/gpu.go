package dcgm

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// patience is how many intervals a series lives without a new sample.
const patience = 3

// knownGPU is a GPU that an engine has named at least once. It is remembered until the process
// ends, so that a lost one can be told from one that never was.
type knownGPU struct {
	id   GPU // without samples
	lost bool
	held map[uint16]held
	xids xidCount
}

// held is the last usable sample of a field, and until when it may be shown.
type held struct {
	ts    int64
	value float64
	until time.Time
}

// periods are how often fields get a new sample.
type periods struct {
	fast, slow time.Duration
	slowFields map[uint16]bool
}

func (o Options) periods() periods {
	p := periods{o.Interval, o.SlowInterval, map[uint16]bool{}}
	for _, f := range fields() {
		p.slowFields[f.id] = f.cadence == slow
	}
	return p
}

func (p periods) of(id uint16) time.Duration {
	if p.slowFields[id] {
		return p.slow
	}
	return p.fast
}

// take replaces the samples of the fields that were asked for. A sample is fresh when its
// timestamp is not the one before: that, not its age, is the judge, because the engine's clock may
// be minutes off. Within one poll the engine's clock is compared with itself: a sample far behind
// its neighbours was already dead when we came.
//
//	poll at      0 s   10 s   20 s   30 s   40 s
//	timestamp    a     b      b      b      b       the GPU froze after b
//	shown until  30    40     40     40     ends
func (g *knownGPU) take(samples []Sample, asked []uint16, clock pollClock) {
	fresh := make(map[uint16]held, len(samples))
	for _, s := range samples {
		period := clock.periods.of(s.Field)
		if time.Duration(clock.newest-s.TS)*time.Microsecond > patience*period {
			continue
		}
		was, had := g.held[s.Field]
		if !had || was.ts != s.TS {
			was = held{s.TS, s.Value, clock.now.Add(patience * period)}
		}
		fresh[s.Field] = was
	}
	for _, id := range asked {
		delete(g.held, id)
	}
	for id, h := range fresh {
		g.held[id] = h
	}
}

// pollClock is what a poll says of time: our instant, and the newest timestamp of the engine.
type pollClock struct {
	now     time.Time
	newest  int64
	periods periods
}

// series is a metric that ends by itself.
type series struct {
	metric prometheus.Metric
	until  time.Time
}

// render makes the series of all held samples. Const metrics are made once per poll, so that a
// scrape only hands them out.
func (g *knownGPU) render(c *catalogue, engine string) []series {
	out := make([]series, 0, len(g.held)+8)
	ids := make([]uint16, 0, len(g.held))
	for id := range g.held {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		h := g.held[id]
		s, known := c.shown[id]
		switch {
		case !known && c.extra != nil:
			out = append(out, series{metric(c.extra, gauge, h.value, g.labels(engine, FieldIDs{id}.String())), h.until})
		case id == fieldClockReasons:
			out = append(out, g.renderClocks(c, engine, h)...)
		case s.desc != nil && !g.betterThan(s.field):
			out = append(out, series{metric(s.desc, s.kind, s.convert(h.value), g.labels(engine, s.labelValues()...)), h.until})
		}
		if s.legacy != nil {
			out = append(out, series{metric(s.legacy, s.field.legacy.kind, h.value, g.legacyLabels(engine)), h.until})
		}
	}
	return out
}

// betterThan says whether the GPU reports a better field for the same thing.
func (g *knownGPU) betterThan(f field) bool {
	_, has := g.held[f.unless]
	return f.unless != 0 && has
}

func (g *knownGPU) renderClocks(c *catalogue, engine string, h held) []series {
	var out []series
	for _, reason := range clockReasons() {
		if _, counted := g.held[reason.counter]; counted && reason.counter != 0 {
			continue
		}
		active := 0.0
		if uint64(h.value)&reason.bit != 0 {
			active = 1
		}
		out = append(out, series{metric(c.clocks, gauge, active, g.labels(engine, reason.name)), h.until})
	}
	return out
}

func (f field) convert(v float64) float64 {
	if f.unit == nil {
		return v
	}
	return f.unit(v)
}

func (f field) labelValues() []string {
	if f.label == "" {
		return nil
	}
	return []string{f.value}
}

// aliveUntil is when the last of the fast samples ends.
func (g *knownGPU) aliveUntil(p periods) time.Time {
	var until time.Time
	for id, h := range g.held {
		if !p.slowFields[id] && h.until.After(until) {
			until = h.until
		}
	}
	return until
}
