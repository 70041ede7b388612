package metrics

import (
	"maps"
	"slices"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
)

// info is firsttoken_target_info: everything that describes a target, joined to its series by on(target). The user's
// own labels differ from target to target, and a vector has one set of label names, so info is a collector of its own.
type info struct {
	family series.Family
	mu     sync.RWMutex
	of     map[string]prometheus.Metric
}

func newInfo(s *series.Registry) *info {
	i := &info{of: map[string]prometheus.Metric{}, family: series.Family{
		Type: series.TypeGauge, Name: series.Namespace + "_target_info",
		Help: "Always 1; what a target is, with the labels that its configuration gives it. Join it on(target).",
		Labels: []series.Label{
			series.TargetLabel(), {Name: "api"}, {Name: "model"}, {Name: "engine"}, {Name: "region"}, {Name: "tier"},
		},
	}}
	s.Register(i.family, i)
	return i
}

func (i *info) add(t prober.Target) {
	labels := map[string]string{}
	for name, value := range t.Labels {
		labels[name] = valid(value)
	}
	own := map[string]string{
		"target": t.Name, "api": string(t.API), "model": t.Model,
		"engine": t.Engine, "region": t.Region, "tier": t.Tier,
	}
	for name, value := range own { // after the user's, so that theirs cannot hide the target's name
		labels[name] = valid(value)
	}
	names := slices.Sorted(maps.Keys(labels))
	values := make([]string, len(names))
	for n, name := range names {
		values[n] = labels[name]
	}
	desc := prometheus.NewDesc(i.family.Name, i.family.Help, names, nil)
	metric, err := prometheus.NewConstMetric(desc, prometheus.GaugeValue, 1, values...)
	if err != nil {
		metric = prometheus.NewInvalidMetric(desc, err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.of[t.Name] = metric
}

func (i *info) delete(target string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.of, target)
}

// Describe sends nothing: the registry then accepts label names that vary.
func (i *info) Describe(chan<- *prometheus.Desc) {}

// Collect sends one metric per target.
func (i *info) Collect(ch chan<- prometheus.Metric) {
	i.mu.RLock()
	defer i.mu.RUnlock()
	for _, m := range i.of {
		ch <- m
	}
}
