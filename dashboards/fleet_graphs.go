package dashboards

import "github.com/firsttoken/firsttoken/alerts"

func fleetGraphs() []panel {
	return []panel{ttftByTarget(), tpsByTarget(), tpmByTarget(), errorsByTarget(), alertStates().size(8, 8)}
}

func ttftByTarget() panel {
	return graph("TTFT p95 by target", about{
		means:  "95th percentile of time to first token; dashed, the limits of the objectives.",
		moves:  "queues, cache misses, slow prefill.",
		metric: "firsttoken_ttft_seconds",
	},
		ask(ttftP95(), "{{target}}"),
		ask(ttftObjective, "limits"),
	).unit("s").fromZero().limit("B").size(12, 9).linked(seriesTarget(alerts.EndpointUID, "Open the target"))
}

func tpsByTarget() panel {
	return graph("TPS p50 by target", about{
		means:  "Median output tokens per second of one user; dashed, the least that the objectives allow.",
		moves:  "batch size, prefill in between, speculation.",
		metric: "firsttoken_output_tokens_per_second",
	},
		ask(tpsP50(), "{{target}}"),
		ask(tpsObjective, "limits"),
	).unit("suffix: tok/s").fromZero().limit("B").size(12, 9).
		linked(seriesTarget(alerts.EndpointUID, "Open the target"))
}

func tpmByTarget() panel {
	return graph("Tokens per minute by target", about{
		means: "What the targets reported, input and output together, and an estimate where they report nothing;" +
			" dashed, what back-off leaves of their set-points.",
		moves:  "the set-point changes, or requests fail.",
		metric: "firsttoken_tokens_total, firsttoken_tokens_estimated_total, firsttoken_tokens_per_minute_effective",
	},
		ask(tokensPerMinute, "{{target}}"),
		ask(effectiveTPM, "set-points"),
	).unit("short").fromZero().limit("B").size(8, 8)
}

func errorsByTarget() panel {
	return graph("Errors by target", about{
		means:  "Share of requests that did not end well.",
		moves:  "an endpoint refuses, throttles, stalls, cuts off or times out.",
		metric: "firsttoken_requests_total",
	},
		ask(errorRatio("target"), "{{target}}"),
	).unit("percentunit").fromZero().size(8, 8)
}
