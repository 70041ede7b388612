package simulator

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// stats is an engine's state at one moment.
type stats struct {
	counts           engineCounts
	running, waiting int
	kvUsage          float64 // share of the capacity that running requests hold
}

func (e *Engine) stats() stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := e.machine
	s := stats{counts: m.counts, running: len(m.running), waiting: len(m.waiting) + len(m.arriving)}
	s.counts.ttft, s.counts.queued, s.counts.between = m.counts.ttft.clone(), m.counts.queued.clone(),
		m.counts.between.clone()
	s.kvUsage = float64(m.cache.used()) / float64(m.capacity)
	return s
}

// collector exports engines under vLLM's metric names, so that dashboards for vLLM show them.
//
// Source: vLLM, v1/metrics/loggers.py.
type collector struct{ models []Model }

// Describe sends nothing: the series depend on the models and are known at collection.
func (c collector) Describe(chan<- *prometheus.Desc) {}

func (c collector) Collect(out chan<- prometheus.Metric) {
	for _, m := range c.models {
		sink{out, m.Name}.all(m.Engine.stats())
	}
}

type sink struct {
	out   chan<- prometheus.Metric
	model string
}

func (k sink) all(s stats) {
	k.value(prometheus.GaugeValue, "num_requests_running", "Number of requests in model execution batches.",
		float64(s.running))
	k.value(prometheus.GaugeValue, "num_requests_waiting", "Number of requests waiting to be processed.",
		float64(s.waiting))
	k.value(prometheus.GaugeValue, "kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", s.kvUsage)
	t := s.counts
	for _, c := range []struct {
		name, help string
		n          uint64
	}{
		{"prefix_cache_queries_total", "Prefix cache queries, in terms of number of queried tokens.", t.queries},
		{"prefix_cache_hits_total", "Prefix cache hits, in terms of number of cached tokens.", t.hits},
		{"prompt_tokens_total", "Number of prefill tokens processed.", t.prompt},
		{"generation_tokens_total", "Number of generation tokens processed.", t.generated},
		{"num_preemptions_total", "Cumulative number of preemption from the engine.", 0},
		{"request_success_total", "Count of successfully processed requests.", t.success},
	} {
		k.value(prometheus.CounterValue, c.name, c.help, float64(c.n))
	}
	k.histogram("time_to_first_token_seconds", "Histogram of time to first token in seconds.", t.ttft)
	k.histogram("inter_token_latency_seconds", "Histogram of inter-token latency in seconds.", t.between)
	k.histogram("request_queue_time_seconds", "Histogram of time spent in WAITING phase for request.", t.queued)
}

func (k sink) desc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("vllm:"+name, help, []string{"model_name"}, nil)
}

func (k sink) value(kind prometheus.ValueType, name, help string, v float64) {
	k.out <- prometheus.MustNewConstMetric(k.desc(name, help), kind, v, k.model)
}

func (k sink) histogram(name, help string, h histogram) {
	buckets := make(map[float64]uint64, len(h.bounds))
	n := uint64(0)
	for i, b := range h.bounds {
		n += h.counts[i]
		buckets[b] = n
	}
	n += h.counts[len(h.bounds)]
	k.out <- prometheus.MustNewConstHistogram(k.desc(name, help), n, h.sum, buckets, k.model)
}

func metricsHandler(models []Model) http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(collector{models})
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}
