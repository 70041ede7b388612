package otel

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	bridge "go.opentelemetry.io/contrib/bridges/prometheus"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"
)

// push sends the registry at every OTEL_METRIC_EXPORT_INTERVAL. Nothing is instrumented a second time
// and nothing is kept: a push that fails is lost, and the next has the totals.
//
//	registry ── gather ── bridge ── OTLP ──► collector
//
// A histogram that is classic and native at once, as ours are, arrives as an exponential one. The bridge
// does not carry exemplars over to it.
type push struct{ provider *sdkmetric.MeterProvider }

func newPush(e sdkmetric.Exporter, about *resource.Resource, c *counts, o Options) *push {
	troubles := &complaints{log: o.Logger}
	out := counted{Exporter: e, counts: c, complaints: troubles}
	from := bridge.NewMetricProducer(bridge.WithGatherer(lenient{o.Gatherer, troubles}))
	return &push{sdkmetric.NewMeterProvider(
		sdkmetric.WithResource(about),
		sdkmetric.WithReader(sdkmetric.NewPeriodicReader(out, sdkmetric.WithProducer(from))),
	)}
}

// close pushes once more. What is lost has been counted and logged.
func (p *push) close(ctx context.Context) { _ = p.provider.Shutdown(ctx) }

// counted is an exporter whose failures end here.
type counted struct {
	sdkmetric.Exporter
	counts     *counts
	complaints *complaints
}

// Export returns no error: nobody is there to hear of it.
func (c counted) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	if err := c.Exporter.Export(ctx, m); err != nil {
		c.counts.failed.WithLabelValues("metrics").Inc()
		c.complaints.say("metrics", err)
	}
	return nil
}

// lenient passes on what could be gathered, where the bridge would drop all of it for one bad collector,
// as /metrics does not.
type lenient struct {
	prometheus.Gatherer
	complaints *complaints
}

// Gather never fails.
func (l lenient) Gather() ([]*dto.MetricFamily, error) {
	families, err := l.Gatherer.Gather()
	if err != nil {
		l.complaints.say("metrics", err)
	}
	return families, nil
}
