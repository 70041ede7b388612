package exporter

import (
	"errors"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const namespace = "firsttoken"

// Type is the kind of a family, as the exposition formats spell it.
type Type string

// The types in use.
const (
	TypeCounter   Type = "counter"
	TypeGauge     Type = "gauge"
	TypeHistogram Type = "histogram" // classic and native at once
	TypeSummary   Type = "summary"   // without quantiles: a sum and a count
)

// Label is a dimension of a family. Values, where there are any, are the whole set, and each of
// them exists for each target from the start.
type Label struct {
	Name   string
	Values []string
}

// Family is everything that shares a metric name: what its descriptor is made from, and a row of
// the catalogue.
type Family struct {
	Name    string // with the namespace
	Type    Type
	Unit    string // "" where the name has none
	Help    string
	Labels  []Label
	Buckets []float64 // classic upper bounds of a histogram
}

func (f Family) labelNames() []string {
	names := make([]string, len(f.Labels))
	for i, l := range f.Labels {
		names[i] = l.Name
	}
	return names
}

func (f Family) opts() prometheus.Opts {
	return prometheus.Opts{Name: f.Name, Help: f.Help, Unit: f.Unit}
}

// targetLabel comes first on everything that belongs to a target.
func targetLabel() Label { return Label{Name: "target"} }

// shelf registers families and remembers them for the catalogue.
type shelf struct {
	reg      prometheus.Registerer
	families []Family
	errs     []error
}

// put registers what exposes f.
func (s *shelf) put(f Family, c prometheus.Collector) {
	s.families = append(s.families, f)
	s.errs = append(s.errs, s.reg.Register(c))
}

func (s *shelf) err() error { return errors.Join(s.errs...) }

// series are the children of one family of targets, by the values of its labels.
type series[M any] struct {
	labels []Label // without target
	child  func(values ...string) M
	drop   func(values ...string) bool
}

// perTarget completes a family's name and labels.
func perTarget(kind Type, f Family) Family {
	f.Name, f.Type = namespace+"_"+f.Name, kind
	f.Labels = append([]Label{targetLabel()}, f.Labels...)
	return f
}

func (s *shelf) counter(f Family) series[prometheus.Counter] {
	f = perTarget(TypeCounter, f)
	v := prometheus.NewCounterVec(prometheus.CounterOpts(f.opts()), f.labelNames())
	s.put(f, v)
	return series[prometheus.Counter]{f.Labels[1:], v.WithLabelValues, v.DeleteLabelValues}
}

func (s *shelf) gauge(f Family) series[prometheus.Gauge] {
	f = perTarget(TypeGauge, f)
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts(f.opts()), f.labelNames())
	s.put(f, v)
	return series[prometheus.Gauge]{f.Labels[1:], v.WithLabelValues, v.DeleteLabelValues}
}

func (s *shelf) summary(f Family) series[prometheus.Observer] {
	f = perTarget(TypeSummary, f)
	v := prometheus.NewSummaryVec(prometheus.SummaryOpts{Name: f.Name, Help: f.Help, Unit: f.Unit}, f.labelNames())
	s.put(f, v)
	return series[prometheus.Observer]{f.Labels[1:], v.WithLabelValues, v.DeleteLabelValues}
}

// histogram is classic and native at once. A factor of 1.1 bounds the error of a native quantile
// at 5 %; 160 buckets of it cover seven decades, more than any of these spreads over.
func (s *shelf) histogram(f Family) series[prometheus.Observer] {
	f = perTarget(TypeHistogram, f)
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: f.Name, Help: f.Help, Unit: f.Unit, Buckets: f.Buckets,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  160,
		NativeHistogramMinResetDuration: time.Hour,
	}, f.labelNames())
	s.put(f, v)
	return series[prometheus.Observer]{f.Labels[1:], v.WithLabelValues, v.DeleteLabelValues}
}

// born creates every combination of label values for a target, the last label varying fastest.
func (s series[M]) born(target string) []M {
	var all []M
	for values := range combinations(target, s.labels) {
		all = append(all, s.child(values...))
	}
	return all
}

// only is the child of a family without further labels.
func (s series[M]) only(target string) M { return s.child(target) }

func (s series[M]) forget(target string) {
	for values := range combinations(target, s.labels) {
		s.drop(values...)
	}
}

// combinations walks the product of all values, in the order in which place numbers them.
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

// place is the number of a combination: of cache = cold, warm and context = a, b, c, (warm, b) is
// 1·3 + 1 = 4. It is false for a value outside the set.
func place(labels []Label, values ...string) (int, bool) {
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

// valid makes a configured text fit for a label value, as the client library panics at any other.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// clipped is valid, and short: what a server says of itself is not to be trusted.
func clipped(text string) string {
	const enough = 200
	return valid(text[:min(len(text), enough)])
}

// texts are the label values of a closed set.
func texts[S ~string](set []S) []string {
	out := make([]string, len(set))
	for i, s := range set {
		out[i] = string(s)
	}
	return out
}
