package alerts

import (
	"strings"
	"time"
)

// Of the engine's alert.
const (
	kvRatio = 0.95
	kvFor   = 10 * time.Minute
)

// Records by target that mean the same for every engine. Their series come from the engines' own
// metrics pages, which Prometheus finds with their target through /sd/engines.
const (
	WaitingRecord    = "target:engine_requests_waiting:sum"
	RunningRecord    = "target:engine_requests_running:sum"
	KVRecord         = "target:engine_kv_cache_usage:max" // 0 to 1, of the fullest replica
	HitRecord        = "target:engine_prefix_cache_hit:ratio5m"
	EngineTTFTRecord = "target:engine_ttft_seconds:mean5m"
	PreemptedRecord  = "target:engine_preemptions:increase5m"
)

// engineRecords read, in this order, vLLM, SGLang, TensorRT-LLM (trtllm-serve), Dynamo's frontend and
// Together's dedicated endpoints. Where two are there, as with Dynamo, which passes its engine's
// series through, the first wins: it is nearer to the GPU. Names are those of the projects'
// documentation in autumn 2026; {target!=""} leaves out engines that are mapped to no target.
func (b builder) engineRecords() []Rule {
	return []Rule{
		record(WaitingRecord, b.engines("sum",
			"vllm:num_requests_waiting", "sglang:num_queue_reqs", "trtllm_num_requests_waiting",
			"dynamo_frontend_queued_requests")),
		record(RunningRecord, b.engines("sum",
			"vllm:num_requests_running", "sglang:num_running_reqs", "trtllm_num_requests_running",
			"dynamo_frontend_inflight_requests",
			"router_inference_inflight_requests", "edge_inference_inflight_requests")),
		record(KVRecord, b.kvUsage()),
		record(HitRecord, either(
			b.hits("vllm:prefix_cache_hits_total", "vllm:prefix_cache_queries_total"),
			b.hits("trtllm_kv_cache_reused_blocks_total",
				"trtllm_kv_cache_reused_blocks_total", "trtllm_kv_cache_missed_blocks_total"),
			b.engines("avg", "sglang:cache_hit_rate", "trtllm_kv_cache_hit_rate", "worker_engine_cache_hit_rate"))),
		record(EngineTTFTRecord, b.engineTTFT()),
		record(PreemptedRecord, either(
			increase(b.byEngine, `vllm:num_preemptions_total{target!=""}`, "5m"),
			b.engines("sum", "sglang:num_retracted_reqs", "trtllm_num_paused_requests"))),
	}
}

// engines aggregates the first of the series that exists.
func (b builder) engines(operation string, series ...string) string {
	var exprs []string
	for _, s := range series {
		exprs = append(exprs, operation+` by (`+b.byEngine+`) (`+s+`{target!=""})`)
	}
	return either(exprs...)
}

// kvUsage is 0 to 1; Dynamo counts blocks.
func (b builder) kvUsage() string {
	return either(
		b.engines("max", "vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc", "sglang:token_usage",
			"trtllm_kv_cache_utilization", "worker_engine_kv_cache_utilization"),
		b.fill(`max by ($byEngine) (dynamo_frontend_worker_active_decode_blocks{target!=""})
/
(max by ($byEngine) (dynamo_frontend_model_total_kv_blocks{target!=""}) > 0)`, nil))
}

// hits is the share of hits in all queries, which may be the sum of several counters.
func (b builder) hits(hit string, queries ...string) string {
	rate := func(counter string) string {
		return "sum by (" + b.byEngine + ") (rate(" + counter + `{target!=""}[5m]))`
	}
	var all []string
	for _, q := range queries {
		all = append(all, rate(q))
	}
	return b.fill(`
  $hit
/
  (($all) > 0)`, values{"hit": rate(hit), "all": strings.Join(all, " + ")})
}

// engineTTFT is the engine's own mean TTFT in seconds; Together's edge counts in milliseconds.
func (b builder) engineTTFT() string {
	mean := func(name string) string {
		return histogram{name: name, selector: `{target!=""}`}.mean(b.byEngine, "5m")
	}
	return either(
		mean("vllm:time_to_first_token_seconds"),
		mean("sglang:time_to_first_token_seconds"),
		mean("trtllm_time_to_first_token_seconds"),
		mean("dynamo_frontend_time_to_first_token_seconds"),
		mean("worker_ttft_seconds"),
		mean("router_inference_ttft_seconds"),
		"(\n"+mean("edge_inference_ttft_ms")+"\n) / 1000",
	)
}

func (b builder) kvPressure() alert {
	return alert{
		name: "EngineKVPressure", severity: Warning, component: engine,
		expr: KVRecord + " > " + number(kvRatio),
		wait: kvFor, keep: burnKeep,
		summary: "The KV cache behind {{ $labels.target }} is full",
		details: "{{ $value | humanizePercentage }} of the KV cache is in use in the fullest replica." +
			" Requests running: " + lookup(RunningRecord, whole, b.byEngine) +
			", waiting: " + lookup(WaitingRecord, whole, b.byEngine) +
			"; prefix-cache hits: " + lookup(HitRecord, "humanizePercentage", b.byEngine) + ".",
		by: b.byEngine, before: 6 * time.Hour,
		action:    "Add replicas, shorten contexts, or let the engine move idle sessions to host memory.",
		dashboard: capacityDashboard,
	}
}
