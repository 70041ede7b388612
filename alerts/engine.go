package alerts

import "strings"

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
// documentation in autumn 2026; {target!=""} leaves engines out that nobody mapped to a target.
func engineRecords() []Rule {
	return []Rule{
		record(WaitingRecord, aggregated("sum", "vllm:num_requests_waiting", "sglang:num_queue_reqs", "trtllm_num_requests_waiting", "dynamo_frontend_queued_requests")),
		record(RunningRecord, aggregated("sum", "vllm:num_requests_running", "sglang:num_running_reqs", "trtllm_num_requests_running",
			"dynamo_frontend_inflight_requests", "router_inference_inflight_requests", "edge_inference_inflight_requests")),
		record(KVRecord, either(
			aggregated("max", "vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc", "sglang:token_usage", "trtllm_kv_cache_utilization", "worker_engine_kv_cache_utilization"),
			`max by (target) (dynamo_frontend_worker_active_decode_blocks{target!=""})
/
(max by (target) (dynamo_frontend_model_total_kv_blocks{target!=""}) > 0)`)),
		record(HitRecord, either(
			hits("vllm:prefix_cache_hits_total", "vllm:prefix_cache_queries_total"),
			hits("trtllm_kv_cache_reused_blocks_total", "(trtllm_kv_cache_reused_blocks_total + trtllm_kv_cache_missed_blocks_total)"),
			aggregated("avg", "sglang:cache_hit_rate", "trtllm_kv_cache_hit_rate", "worker_engine_cache_hit_rate"))),
		record(EngineTTFTRecord, engineTTFT()),
		record(PreemptedRecord, either(
			`sum by (target) (increase(vllm:num_preemptions_total{target!=""}[5m]))`,
			aggregated("sum", "sglang:num_retracted_reqs", "trtllm_num_paused_requests"))),
	}
}

func aggregated(by string, series ...string) string {
	var exprs []string
	for _, s := range series {
		exprs = append(exprs, by+` by (target) (`+s+`{target!=""})`)
	}
	return either(exprs...)
}

// hits is the share of hits among queries; queries may be the sum of two counters.
func hits(hit, queries string) string {
	rate := func(counter string) string { return `sum by (target) (rate(` + counter + `{target!=""}[5m]))` }
	parts := strings.Split(strings.Trim(queries, "()"), " + ")
	for i, p := range parts {
		parts[i] = rate(p)
	}
	return fill(`
  $hit
/
  (($all) > 0)`, "hit", rate(hit), "all", strings.Join(parts, " + "))
}

// engineTTFT is the engine's own mean TTFT; Together's edge counts in milliseconds.
func engineTTFT() string {
	var exprs []string
	for _, h := range []string{
		"vllm:time_to_first_token_seconds", "sglang:time_to_first_token_seconds", "trtllm_time_to_first_token_seconds",
		"dynamo_frontend_time_to_first_token_seconds", "worker_ttft_seconds", "router_inference_ttft_seconds",
	} {
		exprs = append(exprs, mean("target", h, `{target!=""}`, "5m", ""))
	}
	exprs = append(exprs, "(\n"+mean("target", "edge_inference_ttft_ms", `{target!=""}`, "5m", "")+"\n) / 1000")
	return either(exprs...)
}

func engineAlerts() []alert {
	return []alert{{
		name: "EngineKVPressure", severity: Warning, component: Engine,
		expr: KVRecord + " > " + number(KVRatio),
		wait: KVFor, keep: BurnKeep,
		summary: "The KV cache behind {{ $labels.target }} is full",
		details: "{{ $value | humanizePercentage }} of the KV cache is in use in the fullest replica. Requests running: " + ask(RunningRecord, "humanize", "target") +
			", waiting: " + ask(WaitingRecord, "humanize", "target") + "; prefix-cache hits: " + ask(HitRecord, "humanizePercentage", "target") + ".",
		dashboard: capacityDashboard,
	}}
}
