package dcgm

import (
	"maps"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// expiringMetric is a metric that is no longer exported after an instant.
type expiringMetric struct {
	metric prometheus.Metric
	until  time.Time
}

// render makes the series of all held samples. It runs once for each poll, so that a scrape only
// hands finished metrics out.
func (g *knownGPU) render(d *descriptors, engine string) []expiringMetric {
	out := make([]expiringMetric, 0, len(g.held)+8)
	for _, id := range slices.Sorted(maps.Keys(g.held)) {
		h := g.held[id]
		add := func(desc *prometheus.Desc, kind prometheus.ValueType, value float64, labels []string) {
			out = append(out, expiringMetric{metric(desc, kind, value, labels), h.until})
		}
		s, known := d.byField[id]
		switch {
		case !known && d.extra != nil:
			add(d.extra, gauge, h.value, g.labels(engine, FieldIDs{id}.String()))
		case id == fieldClockReasons:
			for reason, active := range g.clockReasons(h.value) {
				add(d.clocks, gauge, active, g.labels(engine, reason))
			}
		case s.desc != nil && !g.hasBetter(s.field):
			add(s.desc, s.kind, s.convert(h.value), g.labels(engine, s.labelValues()...))
		}
		if s.legacyDesc != nil {
			add(s.legacyDesc, s.kind, h.value, g.legacyLabels(engine))
		}
	}
	return out
}

// hasBetter reports whether the GPU reports a better field for the same quantity.
func (g *knownGPU) hasBetter(f field) bool {
	_, has := g.held[f.unless]
	return f.unless != 0 && has
}

// clockReasons are 1 or 0 for each reason whose seconds the GPU does not count.
func (g *knownGPU) clockReasons(bits float64) map[string]float64 {
	active := map[string]float64{}
	for _, reason := range clockReasons() {
		if _, counted := g.held[reason.counter]; counted && reason.counter != 0 {
			continue
		}
		active[reason.name] = 0
		if uint64(bits)&reason.bit != 0 {
			active[reason.name] = 1
		}
	}
	return active
}

func (f field) convert(v float64) float64 {
	if f.unit == nil {
		return v
	}
	return f.unit(v)
}

func (f field) labelNames() []string {
	if f.label == "" {
		return nil
	}
	return []string{f.label}
}

func (f field) labelValues() []string {
	if f.label == "" {
		return nil
	}
	return []string{f.value}
}
