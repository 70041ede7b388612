package metrics

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

// The hot path: a good warm answer reaches 8 histograms, a summary and some 12 counters. What it
// allocates are the exemplars of the 8; without an id to name it allocates nothing.
func BenchmarkObserve(b *testing.B) {
	for _, row := range []struct{ name, id string }{{"exemplars", probertest.Warm("a").ID}, {"plain", ""}} {
		b.Run(row.name, func(b *testing.B) {
			m, _ := newTestTargets(b)
			var e prober.Event = probertest.WarmWith(func(r *prober.Result) { r.ID = row.id })
			b.ReportAllocs()
			for b.Loop() {
				m.Observe(e)
			}
		})
	}
}

// fleet has n targets, each with an answer.
func fleet(b *testing.B, n int) (*Targets, *prometheus.Registry) {
	b.Helper()
	reg := prometheus.NewRegistry()
	m, err := NewTargets(reg, Options{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		name := fmt.Sprintf("target-%d", i)
		m.Observe(prober.Started{Target: probertest.Target(name)})
		m.Observe(probertest.Warm(name))
	}
	return m, reg
}

// What a target costs in memory, and how long it takes to come and go.
func BenchmarkTarget(b *testing.B) {
	const n = 200
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m, reg := fleet(b, n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
		m.Observe(prober.Started{Target: probertest.Target("a")})
		m.Observe(prober.Stopped{Target: "a"})
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "heap-bytes/target")
	runtime.KeepAlive(reg)
}
