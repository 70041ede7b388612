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
	Gatherer   prometheus.Gatherer   // the registry to push
	Registerer prometheus.Registerer // for the series about spans and pushes themselves
	Logger     *slog.Logger
	Version    string // of firsttoken
	// Transport carries OTLP over HTTP. Nil is the exporters' own, which reads OTEL_EXPORTER_OTLP_CERTIFICATE
	// and the like, and the proxy variables.
	Transport http.RoundTripper
}

// Telemetry sends traces, metrics, both or nothing to a collector.
type Telemetry struct {
	spans *spans      // nil without traces
	push  *metricPush // nil without metrics
}

// Start does not connect yet. A collector that cannot be reached, now or later, is counted and logged, and is
// no error. The caller must Close the result.
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

// start is Start with given exporters, either of which may be nil.
func start(ctx context.Context, o Options, span sdktrace.SpanExporter, metric sdkmetric.Exporter) (*Telemetry, error) {
	t := &Telemetry{}
	if span == nil && metric == nil {
		return t, nil
	}
	self, err := newSelfMetrics(o.Registerer)
	if err != nil {
		return nil, err
	}
	about, err := resourceOf(ctx, o.Version)
	if err != nil {
		return nil, err
	}
	if span != nil {
		t.spans = newSpans(span, about, self, o)
	}
	if metric != nil {
		t.push = newMetricPush(metric, about, self, o)
	}
	return t, nil
}

// Before returns an observer that keeps spans, fills in Result.Span and passes every event on to next. Without
// traces it returns next itself, so that they cost nothing.
func (t *Telemetry) Before(next prober.Observer) prober.Observer {
	if t.spans == nil {
		return next
	}
	return &traceObserver{spans: t.spans, next: next, targets: map[string]*targetState{}}
}

// Close sends what is left until ctx ends, and gives up the rest: a collector that is away is no reason to
// stay, nor to exit with an error. No goroutine is left when it returns.
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
