package series

import (
	"iter"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
)

// TargetLabel comes first on everything that belongs to a target.
func TargetLabel() Label { return Label{Name: "target"} }

// Vec holds the series of one family, target by target.
type Vec[M any] struct {
	labels []Label // without target
	child  func(values ...string) M
	drop   func(values ...string) bool
}

// CounterVec registers a counter for each target.
func (r *Registry) CounterVec(f Family) Vec[prometheus.Counter] {
	f = f.perTarget(TypeCounter)
	v := prometheus.NewCounterVec(prometheus.CounterOpts(f.opts()), f.LabelNames())
	r.Register(f, v)
	return Vec[prometheus.Counter]{f.Labels[1:], v.WithLabelValues, v.DeleteLabelValues}
}

// GaugeVec registers a gauge for each target.
func (r *Registry) GaugeVec(f Family) Vec[prometheus.Gauge] {
	f = f.perTarget(TypeGauge)
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts(f.opts()), f.LabelNames())
	r.Register(f, v)
	return Vec[prometheus.Gauge]{f.Labels[1:], v.WithLabelValues, v.DeleteLabelValues}
}

// SummaryVec registers a sum and a count for each target.
func (r *Registry) SummaryVec(f Family) Vec[prometheus.Observer] {
	f = f.perTarget(TypeSummary)
	v := prometheus.NewSummaryVec(prometheus.SummaryOpts{Name: f.Name, Help: f.Help, Unit: f.Unit}, f.LabelNames())
	r.Register(f, v)
	return Vec[prometheus.Observer]{f.Labels[1:], v.WithLabelValues, v.DeleteLabelValues}
}

// HistogramVec registers a histogram for each target.
func (r *Registry) HistogramVec(f Family) Vec[prometheus.Observer] {
	f = f.perTarget(TypeHistogram)
	v := prometheus.NewHistogramVec(f.histogram(), f.LabelNames())
	r.Register(f, v)
	return Vec[prometheus.Observer]{f.Labels[1:], v.WithLabelValues, v.DeleteLabelValues}
}

func (f Family) perTarget(kind Type) Family {
	f = f.complete(kind)
	f.Labels = append([]Label{TargetLabel()}, f.Labels...)
	return f
}

// Create creates every combination of label values for a target, the last label varying fastest.
func (v Vec[M]) Create(target string) []M {
	var all []M
	for values := range combinations(target, v.labels) {
		all = append(all, v.child(values...))
	}
	return all
}

// Single creates the series of a target with these values of the other labels.
func (v Vec[M]) Single(target string, values ...string) M {
	return v.child(append([]string{target}, values...)...)
}

// Delete drops every combination of label values of a target.
func (v Vec[M]) Delete(target string) {
	for values := range combinations(target, v.labels) {
		v.drop(values...)
	}
}

// DeleteSingle drops the series of a target with these values of the other labels.
func (v Vec[M]) DeleteSingle(target string, values ...string) {
	v.drop(append([]string{target}, values...)...)
}

// combinations walks the product of all values, in the order in which Index numbers them.
func combinations(target string, labels []Label) iter.Seq[[]string] {
	n := 1
	for _, l := range labels {
		n *= len(l.Values)
	}
	return func(yield func([]string) bool) {
		for i := range n {
			values, rest := make([]string, len(labels)+1), i
			values[0] = target
			for j := len(labels) - 1; j >= 0; j-- {
				of := labels[j].Values
				values[j+1], rest = of[rest%len(of)], rest/len(of)
			}
			if !yield(values) {
				return
			}
		}
	}
}

// Index is the number of a combination: of cache = cold, warm and context = a, b, c, (warm, b) is
// 1·3 + 1 = 4. It is false for a value outside the set.
func Index(labels []Label, values ...string) (int, bool) {
	n := 0
	for i, l := range labels {
		at := slices.Index(l.Values, values[i])
		if at < 0 {
			return 0, false
		}
		n = n*len(l.Values) + at
	}
	return n, true
}
