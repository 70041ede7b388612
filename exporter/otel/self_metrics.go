package otel

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// selfMetrics are the series about the export itself.
type selfMetrics struct {
	kept    *prometheus.CounterVec // reason
	dropped *prometheus.CounterVec // reason
	failed  *prometheus.CounterVec // signal
}

// keepReason says why a span was kept.
type keepReason string

const (
	keptFailed   keepReason = "failed"   // any outcome but ok and cancelled; the prober itself cancels
	keptSlow     keepReason = "slow"     // missed an objective
	keptRevision keepReason = "revision" // the first good answer of a model, fingerprint or server
	keptRatio    keepReason = "ratio"    // the sampler chose it
)

// Reasons for dropping a span after it was chosen.
const (
	dropQueueFull    = "queue_full"    // OTEL_BSP_MAX_QUEUE_SIZE spans wait for the collector
	dropExportFailed = "export_failed" // the collector refused the batch, or a part of it
)

func newSelfMetrics(reg prometheus.Registerer) (*selfMetrics, error) {
	vec := func(name, help, label string) *prometheus.CounterVec {
		opts := prometheus.CounterOpts{Name: "firsttoken_otel_" + name, Help: help}
		return prometheus.NewCounterVec(opts, []string{label})
	}
	c := &selfMetrics{
		kept: vec("spans_total",
			"Spans that were kept for export, by what spoke for them.", "reason"),
		dropped: vec("dropped_spans_total",
			"Spans that were to be kept and never reached the collector, by reason.", "reason"),
		failed: vec("export_failures_total",
			"Exports by OTLP that failed after their retries, by signal.", "signal"),
	}
	for _, r := range []keepReason{keptFailed, keptSlow, keptRevision, keptRatio} {
		c.kept.WithLabelValues(string(r))
	}
	for _, r := range []string{dropQueueFull, dropExportFailed} {
		c.dropped.WithLabelValues(r)
	}
	for _, s := range []string{"traces", "metrics"} {
		c.failed.WithLabelValues(s)
	}
	return c, errors.Join(reg.Register(c.kept), reg.Register(c.dropped), reg.Register(c.failed))
}
