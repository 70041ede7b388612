package series

// external lists what other programs export and rules or dashboards read, by who says so. The engines' names are
// those of their documentation in autumn 2026.
func external() map[string][]string {
	return map[string][]string{
		"Prometheus itself":              {"up", "ALERTS", "ALERTS_FOR_STATE"},
		"vLLM's documentation":           vLLM(),
		"SGLang's documentation":         sgLang(),
		"TensorRT-LLM's trtllm-serve":    tensorRT(),
		"Dynamo's frontend":              dynamo(),
		"Together's dedicated endpoints": together(),
		"dcgm-exporter up to 4.8":        olderDCGMExporter(),
		"dcgm-exporter from 4.9 on":      dcgmExporter(),
	}
}

// histogram has a native and a classic form; nothing reads buckets.
func histogram(name string) []string { return []string{name, name + "_sum", name + "_count"} }

func vLLM() []string {
	return append(histogram("vllm:time_to_first_token_seconds"),
		"vllm:num_requests_waiting", "vllm:num_requests_running", "vllm:num_preemptions_total",
		"vllm:kv_cache_usage_perc",
		"vllm:gpu_cache_usage_perc", // the name before kv_cache_usage_perc
		"vllm:prefix_cache_hits_total", "vllm:prefix_cache_queries_total",
	)
}

func sgLang() []string {
	return append(histogram("sglang:time_to_first_token_seconds"),
		"sglang:num_queue_reqs", "sglang:num_running_reqs", "sglang:num_retracted_reqs",
		"sglang:token_usage", "sglang:cache_hit_rate",
	)
}

func tensorRT() []string {
	return append(histogram("trtllm_time_to_first_token_seconds"),
		"trtllm_num_requests_waiting", "trtllm_num_requests_running", "trtllm_num_paused_requests",
		"trtllm_kv_cache_utilization", "trtllm_kv_cache_hit_rate",
		"trtllm_kv_cache_reused_blocks_total", "trtllm_kv_cache_missed_blocks_total",
	)
}

func dynamo() []string {
	return append(histogram("dynamo_frontend_time_to_first_token_seconds"),
		"dynamo_frontend_queued_requests", "dynamo_frontend_inflight_requests",
		"dynamo_frontend_worker_active_decode_blocks", "dynamo_frontend_model_total_kv_blocks",
	)
}

// together are three layers, each of which has its own time to first token; the edge counts in milliseconds.
func together() []string {
	all := append(histogram("worker_ttft_seconds"), histogram("router_inference_ttft_seconds")...)
	return append(append(all, histogram("edge_inference_ttft_ms")...),
		"router_inference_inflight_requests", "edge_inference_inflight_requests",
		"worker_engine_kv_cache_utilization", "worker_engine_cache_hit_rate",
	)
}

func olderDCGMExporter() []string {
	return []string{"DCGM_FI_DEV_FB_FREE", "DCGM_FI_DEV_POWER_VIOLATION", "DCGM_FI_DEV_THERMAL_VIOLATION"}
}

func dcgmExporter() []string {
	return []string{
		"DCGM_FI_DEV_BOARD_POWER_WATTS", "DCGM_FI_DEV_BOARD_POWER_LIMIT_ENFORCED_WATTS",
		"DCGM_FI_DEV_GPU_ENERGY_JOULES_TOTAL",
		"DCGM_FI_DEV_GPU_POWER_THROTTLE_SECONDS_TOTAL", "DCGM_FI_DEV_GPU_THERMAL_THROTTLE_SECONDS_TOTAL",
		"DCGM_FI_DEV_GPU_TEMP_CELSIUS", "DCGM_FI_DEV_MEMORY_TEMP_CELSIUS",
		"DCGM_FI_DEV_SM_CLOCK_HERTZ", "DCGM_FI_DEV_SM_MAX_CLOCK_HERTZ", "DCGM_FI_DEV_MEMORY_CLOCK_HERTZ",
		"DCGM_FI_DEV_FB_USED_BYTES", "DCGM_FI_DEV_FB_CAPACITY_BYTES",
		"DCGM_FI_DEV_GPU_UTIL_RATIO", "DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO", "DCGM_FI_PROF_SM_UTIL_RATIO",
		"DCGM_FI_PROF_SM_OCCUPANCY_RATIO", "DCGM_FI_PROF_TENSOR_UTIL_RATIO", "DCGM_FI_PROF_DRAM_UTIL_RATIO",
		"DCGM_FI_DEV_XID_ERROR", "DCGM_FI_DEV_ROW_REMAP_FAILED",
	}
}
