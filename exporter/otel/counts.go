package otel

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// counts are the series about what is sent, and what is not.
type counts struct {
	kept    *prometheus.CounterVec // reason
	dropped *prometheus.CounterVec // reason
	failed  *prometheus.CounterVec // signal
}

// reason why a span was kept.
type reason string

const (
	failed   reason = "failed"   // any outcome but ok; not cancelled, which the prober was itself
	slow     reason = "slow"     // missed its objective for ttft or tps, or its recall was wrong
	revision reason = "revision" // the first good answer of a model, fingerprint or server
	ratio    reason = "ratio"    // nothing speaks for it but the sampler
)

// Why spans were dropped after they had been chosen.
const (
	noRoom   = "queue_full"    // as many as OTEL_BSP_MAX_QUEUE_SIZE wait for the collector
	notTaken = "export_failed" // the collector did not take the batch, or not all of it
)

func newCounts(reg prometheus.Registerer) (*counts, error) {
	vec := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "firsttoken_otel_" + name, Help: help}, []string{label})
	}
	c := &counts{
		kept: vec("spans_total",
			"Spans that were kept for export, by what spoke for them.", "reason"),
		dropped: vec("dropped_spans_total",
			"Spans that were to be kept and never reached the collector, by reason.", "reason"),
		failed: vec("export_failures_total",
			"Exports by OTLP that failed after their retries, by signal.", "signal"),
	}
	for _, r := range []reason{failed, slow, revision, ratio} {
		c.kept.WithLabelValues(string(r))
	}
	for _, r := range []string{noRoom, notTaken} {
		c.dropped.WithLabelValues(r)
	}
	for _, s := range []string{"traces", "metrics"} {
		c.failed.WithLabelValues(s)
	}
	return c, errors.Join(reg.Register(c.kept), reg.Register(c.dropped), reg.Register(c.failed))
}
