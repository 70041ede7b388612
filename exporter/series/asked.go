package series

import "github.com/prometheus/client_golang/prometheus"

// Set exposes a series of a family, by the family's place among those that were registered.
type Set func(family int, value float64, labels ...string)

// Asked registers gauges whose series are asked for at each scrape: a series that ask does not set does not exist.
func (r *Registry) Asked(families []Family, ask func(Set)) {
	c := asked{ask: ask}
	for i := range families {
		f := families[i].complete(TypeGauge)
		c.descriptors = append(c.descriptors, prometheus.V2.NewDesc(f.Name, f.Help,
			prometheus.UnconstrainedLabels(f.LabelNames()), nil, prometheus.WithUnit(f.Unit)))
		r.families = append(r.families, f)
	}
	r.errs = append(r.errs, r.reg.Register(c))
}

type asked struct {
	descriptors []*prometheus.Desc
	ask         func(Set)
}

func (a asked) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range a.descriptors {
		ch <- d
	}
}

func (a asked) Collect(ch chan<- prometheus.Metric) {
	a.ask(func(family int, value float64, labels ...string) {
		m, err := prometheus.NewConstMetric(a.descriptors[family], prometheus.GaugeValue, value, labels...)
		if err != nil {
			m = prometheus.NewInvalidMetric(a.descriptors[family], err)
		}
		ch <- m
	})
}

// CounterFunc registers a counter of the process whose value is asked for at each scrape.
func (r *Registry) CounterFunc(f Family, value func() float64) {
	f = f.complete(TypeCounter)
	r.Register(f, prometheus.NewCounterFunc(prometheus.CounterOpts(f.opts()), value))
}
