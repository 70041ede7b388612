package otel

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/firsttoken/firsttoken/prober"
)

// Options of a Telemetry.
type Options struct {
	Settings   Settings
	Gatherer   prometheus.Gatherer   // what is pushed
	Registerer prometheus.Registerer // for the series about spans and pushes themselves
	Logger     *slog.Logger
	Version    string // of firsttoken
	// Transport carries OTLP over HTTP; nil is the exporters' own, which knows of OTEL_EXPORTER_OTLP_CERTIFICATE,
	// its like and the proxy variables.
	Transport http.RoundTripper
}

// Telemetry is what is sent to a collector: traces, metrics, both or nothing.
type Telemetry struct {
	spans *spans // nil without traces
	push  *push  // nil without metrics
}

// Start connects to nobody yet: a collector that cannot be reached, now or later, is counted and logged,
// and is no error. The caller must Close what it gets.
func Start(ctx context.Context, o Options) (*Telemetry, error) {
	var span sdktrace.SpanExporter
	var metric sdkmetric.Exporter
	var errs [2]error
	if o.Settings.Traces {
		span, errs[0] = spanExporter(ctx, o)
	}
	if o.Settings.Metrics {
		metric, errs[1] = metricExporter(ctx, o)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return start(ctx, o, span, metric)
}

// start is Start with its two ways out, either of which may be nil.
func start(ctx context.Context, o Options, span sdktrace.SpanExporter, metric sdkmetric.Exporter) (*Telemetry, error) {
	t := &Telemetry{}
	if span == nil && metric == nil {
		return t, nil
	}
	counts, err := newCounts(o.Registerer)
	if err != nil {
		return nil, err
	}
	about, err := identity(ctx, o.Version)
	if err != nil {
		return nil, err
	}
	if span != nil {
		t.spans = newSpans(span, about, counts, o)
	}
	if metric != nil {
		t.push = newPush(metric, about, counts, o)
	}
	return t, nil
}

// Before is an observer that keeps spans, and then tells next everything, with Result.Span filled in. It
// is next itself where no traces are sent: they cost nothing then.
func (t *Telemetry) Before(next prober.Observer) prober.Observer {
	if t.spans == nil {
		return next
	}
	return &Traces{spans: t.spans, next: next, of: map[string]*watched{}}
}

// Close sends what there still is, for as long as ctx allows, and gives up the rest: a collector that is
// away is no reason to stay, nor to exit with an error. Nothing runs when it returns.
func (t *Telemetry) Close(ctx context.Context) {
	var ending sync.WaitGroup
	if t.spans != nil {
		ending.Go(func() { t.spans.close(ctx) })
	}
	if t.push != nil {
		ending.Go(func() { t.push.close(ctx) })
	}
	ending.Wait()
}
