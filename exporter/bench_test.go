package exporter

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober"
)

// The hot path: a good warm answer reaches 8 histograms, a summary and some 12 counters. What it
// allocates are the exemplars of the 8; without an id to name it allocates nothing.
func BenchmarkObserve(b *testing.B) {
	for _, row := range []struct{ name, id string }{{"exemplars", warm("a").ID}, {"plain", ""}} {
		b.Run(row.name, func(b *testing.B) {
			m, _ := newTestMetrics(b)
			var e prober.Event = changed(func(r *prober.Result) { r.ID = row.id })
			b.ReportAllocs()
			for b.Loop() {
				m.Observe(e)
			}
		})
	}
}

func BenchmarkRecord(b *testing.B) {
	r := warm("a")
	b.ReportAllocs()
	for b.Loop() {
		line, err := NewRecord(r).Encode()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(line)))
	}
}

func BenchmarkHistory(b *testing.B) {
	h := NewHistory()
	h.Observe(prober.Started{Target: testTarget("a")})
	var e prober.Event = warm("a")
	b.Run("observe", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			h.Observe(e)
		}
	})
	b.Run("summary", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			h.Summary("a")
		}
	})
}

// fleet has n targets, each with an answer.
func fleet(b *testing.B, n int) (*Metrics, *prometheus.Registry) {
	reg := prometheus.NewRegistry()
	m, err := NewMetrics(reg, MetricsOptions{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range n {
		name := fmt.Sprintf("target-%d", i)
		m.Observe(prober.Started{Target: testTarget(name)})
		m.Observe(warm(name))
	}
	return m, reg
}

func BenchmarkScrape(b *testing.B) {
	_, reg := fleet(b, 100)
	h := NewHandler(HandlerOptions{Gatherer: reg, History: NewHistory(), Logger: quiet()})
	for _, row := range []struct{ name, accept string }{
		{"openmetrics", "application/openmetrics-text;version=1.0.0"},
		{"protobuf", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
				r.Header.Set("Accept", row.accept)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				n, _ := io.Copy(io.Discard, w.Body)
				b.ReportMetric(float64(n), "bytes/scrape")
			}
		})
	}
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
		m.Observe(prober.Started{Target: testTarget("a")})
		m.Observe(prober.Stopped{Target: "a"})
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "heap-bytes/target")
	runtime.KeepAlive(reg)
}
