package series

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// Vec creates and deletes the series of one family, target by target. Whatever its type, a series takes a value by
// Observe: a histogram and a summary count it, a counter adds it, a gauge is set to it.
type Vec struct {
	labels []Label // without target
	child  func(values ...string) prometheus.Observer
	drop   func(values ...string) bool
}

// Vec registers a family whose series each belong to a target.
func (r *Registry) Vec(f Family) Vec {
	v := Vec{labels: f.Labels}
	f = f.complete(f.Type)
	f.Labels = append([]Label{TargetLabel()}, f.Labels...)
	names := f.LabelNames()
	switch f.Type {
	case TypeCounter:
		counters := prometheus.NewCounterVec(prometheus.CounterOpts(f.opts()), names)
		v.child = func(values ...string) prometheus.Observer { return adder{counters.WithLabelValues(values...)} }
		v.drop = counters.DeleteLabelValues
		r.Register(f, counters)
	case TypeGauge:
		gauges := prometheus.NewGaugeVec(prometheus.GaugeOpts(f.opts()), names)
		v.child = func(values ...string) prometheus.Observer { return setter{gauges.WithLabelValues(values...)} }
		v.drop = gauges.DeleteLabelValues
		r.Register(f, gauges)
	case TypeSummary:
		summaries := prometheus.NewSummaryVec(prometheus.SummaryOpts{Name: f.Name, Help: f.Help, Unit: f.Unit}, names)
		v.child, v.drop = summaries.WithLabelValues, summaries.DeleteLabelValues
		r.Register(f, summaries)
	case TypeHistogram:
		histograms := prometheus.NewHistogramVec(f.histogramOpts(), names)
		v.child, v.drop = histograms.WithLabelValues, histograms.DeleteLabelValues
		r.Register(f, histograms)
	default:
		r.errs = append(r.errs, fmt.Errorf("family %s has the unknown type %q", f.Name, f.Type))
	}
	return v
}

// adder is a counter. It drops what a counter cannot take: a server that reports more cached tokens than it was sent
// is wrong, and must not bring this process down.
type adder struct{ counter prometheus.Counter }

func (a adder) Observe(v float64) {
	if v > 0 {
		a.counter.Add(v)
	}
}

// setter is a gauge.
type setter struct{ gauge prometheus.Gauge }

func (s setter) Observe(v float64) { s.gauge.Set(v) }

// Create creates the series of a target, one for each combination of label values, in the order of Index. Only picks
// the combinations that the target has; the others are nil in the list. A nil only picks all.
func (v Vec) Create(target string, only func(values []string) bool) []prometheus.Observer {
	var all []prometheus.Observer
	for values := range combinations(v.labels) {
		if only != nil && !only(values) {
			all = append(all, nil)
			continue
		}
		all = append(all, v.Single(target, values...))
	}
	return all
}

// Delete deletes the series of a target. It names each: a search through those of all targets would make the end of a
// fleet take the square of its size.
func (v Vec) Delete(target string) {
	for values := range combinations(v.labels) {
		v.DeleteSingle(target, values...)
	}
}

// Single creates the series of a target with these label values.
func (v Vec) Single(target string, values ...string) prometheus.Observer {
	return v.child(append([]string{target}, values...)...)
}

// DeleteSingle deletes the series of a target with these label values.
func (v Vec) DeleteSingle(target string, values ...string) {
	v.drop(append([]string{target}, values...)...)
}
