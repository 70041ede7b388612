package pages

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

func BenchmarkScrape(b *testing.B) {
	reg := prometheus.NewRegistry()
	m, err := metrics.NewTargets(reg, metrics.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range 100 {
		name := fmt.Sprintf("target-%d", i)
		m.Observe(prober.Started{Target: probertest.Target(name)})
		m.Observe(probertest.Warm(name))
	}
	h := NewHandler(Options{Gatherer: reg, History: history.New(), Logger: slog.New(slog.DiscardHandler)})
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
