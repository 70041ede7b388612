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

// metricPush sends the registry at every OTEL_METRIC_EXPORT_INTERVAL. Nothing is instrumented twice and
// nothing is buffered: a push that fails is lost, and the next one carries the totals.
//
//	registry ── gather ── bridge ── OTLP ──► collector
//
// Our histograms are classic and native at once; they arrive as exponential ones. The bridge drops their
// exemplars.
type metricPush struct{ provider *sdkmetric.MeterProvider }

func newMetricPush(e sdkmetric.Exporter, about *resource.Resource, self *selfMetrics, o Options) *metricPush {
	failures := &exportLog{log: o.Logger}
	out := countingExporter{Exporter: e, self: self, log: failures}
	from := bridge.NewMetricProducer(bridge.WithGatherer(lenientGatherer{o.Gatherer, failures}))
	return &metricPush{sdkmetric.NewMeterProvider(
		sdkmetric.WithResource(about),
		sdkmetric.WithReader(sdkmetric.NewPeriodicReader(out, sdkmetric.WithProducer(from))),
	)}
}

// close pushes a last time. A loss has been counted and logged by then.
func (p *metricPush) close(ctx context.Context) { _ = p.provider.Shutdown(ctx) }

// countingExporter counts and logs failures instead of returning them.
type countingExporter struct {
	sdkmetric.Exporter
	self *selfMetrics
	log  *exportLog
}

// Export never fails, because no caller handles the error.
func (c countingExporter) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	if err := c.Exporter.Export(ctx, m); err != nil {
		c.self.failed.WithLabelValues("metrics").Inc()
		c.log.failure("metrics", err)
	}
	return nil
}

// lenientGatherer passes on the families that could be gathered, as /metrics does. The bridge alone would
// drop all of them for one bad collector.
type lenientGatherer struct {
	prometheus.Gatherer
	log *exportLog
}

// Gather never fails.
func (l lenientGatherer) Gather() ([]*dto.MetricFamily, error) {
	families, err := l.Gatherer.Gather()
	if err != nil {
		l.log.failure("metrics", err)
	}
	return families, nil
}
