package otel

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/prober"
)

// nowhere discards spans.
type nowhere struct{}

func (nowhere) ExportSpans(context.Context, []sdktrace.ReadOnlySpan) error { return nil }
func (nowhere) Shutdown(context.Context) error                             { return nil }

type ignorant struct{}

func (ignorant) Observe(prober.Event) {}

// BenchmarkObserve measures the end of an exchange whose span is not kept, kept, and dropped because the queue
// is full. BenchmarkThousandStreams includes encoding and sending.
func BenchmarkObserve(b *testing.B) {
	for _, row := range []struct {
		name  string
		ratio float64
		queue int
	}{
		{"dropped", 0, 2048},
		{"kept", 1, maxQueue},
		{"no room", 1, 1},
	} {
		b.Run(row.name, func(b *testing.B) {
			reg := prometheus.NewRegistry()
			settings := Settings{Traces: true, ratio: row.ratio, queue: row.queue}
			o := Options{Settings: settings, Gatherer: reg, Registerer: reg, Logger: quiet()}
			t, err := start(b.Context(), o, nowhere{}, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer t.Close(context.Background())
			observer := t.Before(ignorant{})
			observer.Observe(prober.Started{Target: testTarget("a")})
			observer.Observe(good(0))
			var e prober.Event = good(1)
			b.ReportAllocs()
			for b.Loop() {
				observer.Observe(e)
			}
		})
	}
}

// BenchmarkPush encodes a push of a hundred targets and sends it over loopback.
func BenchmarkPush(b *testing.B) {
	collector := startResponder(b)
	b.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector)
	settings, err := FromEnvironment([]string{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=" + collector + "/v1/traces"})
	if err != nil {
		b.Fatal(err)
	}
	b.Setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", collector+"/v1/traces") // which takes anything
	reg := prometheus.NewRegistry()
	m, err := metrics.NewTargets(reg, metrics.Options{})
	if err != nil {
		b.Fatal(err)
	}
	for i := range 100 {
		target := testTarget(string(rune('a'+i/10)) + string(rune('a'+i%10)))
		m.Observe(prober.Started{Target: target})
		m.Observe(goodWith(i, func(r *prober.Result) { r.Target = target.Name }))
	}
	t, err := Start(b.Context(), Options{Settings: settings, Gatherer: reg, Registerer: reg, Logger: quiet()})
	if err != nil {
		b.Fatal(err)
	}
	defer t.Close(context.Background())
	b.ReportAllocs()
	for b.Loop() {
		ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
		if err := t.push.provider.ForceFlush(ctx); err != nil {
			b.Fatal(err)
		}
		cancel()
	}
}
