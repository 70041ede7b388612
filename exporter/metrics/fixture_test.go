package metrics

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

// newTestTargets has one target, a, on a pedantic registry.
func newTestTargets(t testing.TB) (*Targets, *prometheus.Registry) {
	t.Helper()
	reg := prometheus.NewPedanticRegistry()
	m, err := NewTargets(reg, Options{Targets: []prober.Target{probertest.Target("a")}})
	if err != nil {
		t.Fatal(err)
	}
	m.Observe(prober.Started{Target: probertest.Target("a")})
	return m, reg
}

// values are all samples by name and labels, less target="a"; histograms and summaries as their
// _sum and _count.
func values(t testing.TB, g prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			addValues(all, strings.TrimPrefix(f.GetName(), "firsttoken_"), m)
		}
	}
	return all
}

func addValues(all map[string]float64, name string, m *dto.Metric) {
	var labels []string
	for _, l := range m.Label {
		if l.GetName() != "target" || l.GetValue() != "a" {
			labels = append(labels, fmt.Sprintf("%s=%s", l.GetName(), l.GetValue()))
		}
	}
	suffix := ""
	if len(labels) > 0 {
		suffix = "{" + strings.Join(labels, ",") + "}"
	}
	switch {
	case m.Histogram != nil:
		all[name+"_sum"+suffix] = m.Histogram.GetSampleSum()
		all[name+"_count"+suffix] = float64(m.Histogram.GetSampleCount())
	case m.Summary != nil:
		all[name+"_sum"+suffix] = m.Summary.GetSampleSum()
		all[name+"_count"+suffix] = float64(m.Summary.GetSampleCount())
	case m.Counter != nil:
		all[name+suffix] = m.Counter.GetValue()
	default:
		all[name+suffix] = m.GetGauge().GetValue()
	}
}

// nonZero are the samples that are not zero, less those that the configuration alone sets.
func nonZero(all map[string]float64) map[string]float64 {
	out := maps.Clone(all)
	configured := []string{"slo_objective_ratio", "slo_threshold", "target_info"}
	maps.DeleteFunc(out, func(name string, v float64) bool {
		return v == 0 || slices.ContainsFunc(configured, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
	return out
}

// same fails with every difference of two sets of samples.
func same(t testing.TB, got, want map[string]float64) {
	t.Helper()
	names := maps.Clone(got)
	maps.Copy(names, want)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		g, has := got[name]
		w, wants := want[name]
		if has != wants || math.Abs(g-w) > 1e-9*math.Max(1, math.Abs(w)) {
			t.Errorf("%s: got %v (%v), want %v (%v)", name, g, has, w, wants)
		}
	}
}
