package series

import (
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Registry registers families and remembers them for the catalogue.
type Registry struct {
	reg      prometheus.Registerer
	families []Family
	errs     []error
}

// NewRegistry registers with reg.
func NewRegistry(reg prometheus.Registerer) *Registry { return &Registry{reg: reg} }

// Register registers the collector of f, whose name is complete.
func (r *Registry) Register(f Family, c prometheus.Collector) {
	r.families = append(r.families, f)
	if err := r.reg.Register(c); err != nil {
		r.errs = append(r.errs, fmt.Errorf("registering %s: %w", f.Name, err))
	}
}

// Families are the registered ones.
func (r *Registry) Families() []Family { return r.families }

// Err joins the errors of all registrations: a name that is taken, a family without a type.
func (r *Registry) Err() error { return errors.Join(r.errs...) }

// Gauge registers a gauge of the process as a whole.
func (r *Registry) Gauge(f Family) prometheus.Gauge {
	f = f.complete(TypeGauge)
	g := prometheus.NewGauge(prometheus.GaugeOpts(f.opts()))
	r.Register(f, g)
	return g
}

// GaugeFunc registers a gauge of the process that calls value at each scrape.
func (r *Registry) GaugeFunc(f Family, value func() float64) {
	f = f.complete(TypeGauge)
	r.Register(f, prometheus.NewGaugeFunc(prometheus.GaugeOpts(f.opts()), value))
}

// Counter registers a counter of the process as a whole.
func (r *Registry) Counter(f Family) prometheus.Counter {
	f = f.complete(TypeCounter)
	c := prometheus.NewCounter(prometheus.CounterOpts(f.opts()))
	r.Register(f, c)
	return c
}

// Counters registers a counter of the process for each combination of the family's label values, in the order of Index.
func (r *Registry) Counters(f Family) []prometheus.Counter {
	f = f.complete(TypeCounter)
	vec := prometheus.NewCounterVec(prometheus.CounterOpts(f.opts()), f.LabelNames())
	r.Register(f, vec)
	var all []prometheus.Counter
	for values := range combinations(f.Labels) {
		all = append(all, vec.WithLabelValues(values...))
	}
	return all
}

// GaugeVec registers a gauge of the process with labels that are no target's.
func (r *Registry) GaugeVec(f Family) *prometheus.GaugeVec {
	f = f.complete(TypeGauge)
	v := prometheus.NewGaugeVec(prometheus.GaugeOpts(f.opts()), f.LabelNames())
	r.Register(f, v)
	return v
}

// CounterVec registers a counter of the process with labels that are no target's.
func (r *Registry) CounterVec(f Family) *prometheus.CounterVec {
	f = f.complete(TypeCounter)
	v := prometheus.NewCounterVec(prometheus.CounterOpts(f.opts()), f.LabelNames())
	r.Register(f, v)
	return v
}

// Histogram registers a histogram of the process as a whole.
func (r *Registry) Histogram(f Family) prometheus.Histogram {
	f = f.complete(TypeHistogram)
	h := prometheus.NewHistogram(f.histogramOpts())
	r.Register(f, h)
	return h
}

func (f Family) complete(kind Type) Family {
	f.Name, f.Type = Namespace+"_"+f.Name, kind
	return f
}

func (f Family) opts() prometheus.Opts {
	return prometheus.Opts{Name: f.Name, Help: f.Help, Unit: f.Unit}
}

// histogramOpts are those of a histogram that is classic and native at once. A factor of 1.1 bounds the error of a
// native quantile at 5 %; 160 buckets of it cover seven decades, more than any of these spreads over.
func (f Family) histogramOpts() prometheus.HistogramOpts {
	return prometheus.HistogramOpts{
		Name: f.Name, Help: f.Help, Unit: f.Unit, Buckets: f.Buckets,
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  160,
		NativeHistogramMinResetDuration: time.Hour,
	}
}
