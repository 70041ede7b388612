package dashboards

import "github.com/firsttoken/firsttoken/alerts"

// target is everything about one endpoint: what its user feels, first; what could explain it, below.
func target() Dashboard {
	return page{
		uid: TargetUID, title: "firsttoken / Target", from: "now-6h", variables: scopeOfOne(), annotations: events(),
		about: "One endpoint: time to first token in every light, then speed, tokens, outcomes, and the engine's own view beside ours.",
		sections: []section{
			{title: "Time to first token", panels: ttftPanels()},
			{title: "Where the time goes", panels: timePanels()},
			{title: "Speed of the answer", panels: speedPanels()},
			{title: "Tokens and outcomes", panels: tokenPanels()},
			{title: "The engine's own view", panels: enginePanels()},
			{title: "Together dedicated endpoints", collapsed: true, panels: togetherPanels()},
		},
	}.dashboard()
}

func ttftPanels() []panel {
	h := ttft()
	p50 := query{expr: h.quantile(0.5, "target", ""), legend: "p50", format: "time_series", exemplars: true}
	return []panel{
		graph("TTFT", about{"Time to first token as one user feels it: median, tails and exact mean; dashed, the objective's limit. Dots are single requests: their id finds the line in the results file.",
			"a queue (tail first), lost prefix cache (warm jumps to cold), slower prefill (all of them).", "firsttoken_ttft_seconds, firsttoken_slo_threshold"},
			p50, ask(h.quantile(0.95, "target", ""), "p95"), ask(h.quantile(0.99, "target", ""), "p99"), ask(h.mean(), "mean"), ask(ttftObjective, "limit")).
			unit("s").fromZero().quantileColours().limit("E").summarised().size(12, 10),
		density("TTFT, all requests", about{"How many requests had which time to first token.",
			"two bands are two populations: cold and warm, or short and long.", "firsttoken_ttft_seconds"}, h, "s").size(12, 10),
		graph("TTFT p95, now and before", about{"The same percentile now, an hour, a day and a week ago, laid over each other.",
			"today differs from what is usual at this hour.", "firsttoken_ttft_seconds"},
			ask(h.quantile(0.95, "target", ""), "now"), ask(h.quantile(0.95, "target", " offset 1h"), "1 h ago"),
			ask(h.quantile(0.95, "target", " offset 1d"), "1 d ago"), ask(h.quantile(0.95, "target", " offset 1w"), "7 d ago")).
			unit("s").fromZero().coloursOf(map[string]string{"now": colourP95, "1 h ago": "light-blue", "1 d ago": "light-purple", "7 d ago": "super-light-orange"}).size(8, 8),
		graph("TTFT p95 by context", about{"By band of prompt length: long prompts are slower when they are not cached.",
			"prefill slows down (long ones first), or the mix of lengths changes (none of them).", "firsttoken_ttft_seconds"},
			ask(h.quantile(0.95, "target, context", ""), "{{context}}")).unit("s").fromZero().size(8, 8),
		graph("TTFT p50, cold and warm", about{"Requests of which the prober expects nothing in the prefix cache, and those of which it expects their history there.",
			"warm rises to cold when the cache evicts or the router forgets; cold rises when prefill slows down.", "firsttoken_ttft_seconds"},
			ask(h.quantile(0.5, "target, cache", ""), "{{cache}}")).
			unit("s").fromZero().coloursOf(map[string]string{"cold": colourCold, "warm": colourWarm}).size(8, 8),
	}
}

// timePanels take a request apart along its time line.
func timePanels() []panel {
	connect := func(phase string) string {
		part := func(suffix string) string {
			return `sum by (target) (rate(firsttoken_connect_seconds` + suffix + `{SEL,phase="` + phase + `"}[NOW]))`
		}
		requests := `(sum by (target) (rate(firsttoken_requests_total{SEL}[NOW])) > 0)`
		return "(" + part("_sum") + " or histogram_sum(" + part("") + ")) / " + requests
	}
	return []panel{
		stack("A request's time line", about{"Mean time of each step until the first token, one on the other: name look-up, TCP, TLS, upload, and the server's wait. Connection set-up is spread over all requests, since most reuse a connection.",
			"the server's wait is the engine and what is before it; the rest is the network, and no engine tuning moves it.", "firsttoken_connect_seconds, firsttoken_upload_seconds, firsttoken_server_wait_seconds"},
			ask(connect("dns"), "dns"), ask(connect("tcp"), "tcp"), ask(connect("tls"), "tls"),
			ask(process("firsttoken_upload_seconds").mean(), "upload"), ask(latency("firsttoken_server_wait_seconds").mean(), "server wait")).
			unit("s").fromZero().size(12, 8).
			coloursOf(map[string]string{"dns": "light-purple", "tcp": "purple", "tls": "dark-purple", "upload": "light-blue", "server wait": colourEngine}),
		graph("Felt, measured, first output", about{"Medians of three clocks: from the scheduled instant (what a user felt who did not wait for us), from the connection in hand (the SLI), and to the first token that is text or a tool call.",
			"the first two part when the prober is late or connections are new; the last parts for models that reason first.", "firsttoken_ttft_from_schedule_seconds, firsttoken_ttft_seconds, firsttoken_time_to_first_output_token_seconds"},
			ask(latency("firsttoken_ttft_from_schedule_seconds").quantile(0.5, "target", ""), "from schedule"), ask(ttft().quantile(0.5, "target", ""), "TTFT"),
			ask(latency("firsttoken_time_to_first_output_token_seconds").quantile(0.5, "target", ""), "first output token")).
			unit("s").fromZero().size(12, 8),
	}
}

func speedPanels() []panel {
	speed, between, stall := tps(), latency("firsttoken_inter_token_seconds"), latency("firsttoken_stall_seconds")
	return []panel{
		graph("TPS", about{"Output tokens per second of one user: the median, the slowest twentieth, the mean; dashed, the least that the objective allows.",
			"larger batches, prefill between decode steps, speculation that is rejected.", "firsttoken_output_tokens_per_second, firsttoken_slo_threshold"},
			ask(speed.quantile(0.5, "target", ""), "p50"), ask(speed.quantile(0.05, "target", ""), "p5"), ask(speed.mean(), "mean"), ask(tpsObjective, "least")).
			unit("suffix: tok/s").fromZero().quantileColours().named("p5", coloured(colourP99)).limit("D"),
		graph("Inter-token latency", about{"Mean time between the output tokens of a stream: median and tails over streams.",
			"decode steps take longer.", "firsttoken_inter_token_seconds"},
			ask(between.quantile(0.5, "target", ""), "p50"), ask(between.quantile(0.95, "target", ""), "p95"), ask(between.quantile(0.99, "target", ""), "p99")).
			unit("s").fromZero().quantileColours(),
		graph("Longest stall", about{"The longest silence between two tokens of a stream: median and tails over streams.",
			"long prefills block decode, a request is preempted, a proxy buffers.", "firsttoken_stall_seconds"},
			ask(stall.quantile(0.5, "target", ""), "p50"), ask(stall.quantile(0.95, "target", ""), "p95"), ask(stall.quantile(0.99, "target", ""), "p99")).
			unit("s").fromZero().quantileColours(),
	}
}

func tokenPanels() []panel {
	return []panel{
		stack("Tokens per minute by kind", about{"What the server billed, by its own usage; reasoning is part of output.",
			"uncached input grows when the cache loses prefixes, at the same load.", "firsttoken_tokens_total, firsttoken_tokens_per_minute_effective"},
			ask(`60 * sum by (kind) (rate(firsttoken_tokens_total{SEL,kind!="reasoning"}[NOW]))`, "{{kind}}"),
			ask(`max by (target) (firsttoken_tokens_per_minute_effective{SEL})`, "effective set-point")).
			unit("short").fromZero().coloursOf(tokenColours()).limit("B"),
		graph("Prefix cache, expected and reported", about{"Share of input that a healthy prefix cache would serve, and the share that the server says it served.",
			"they part when prefixes are evicted or requests of a session land on different replicas.", "firsttoken_expected_cached_tokens_total, firsttoken_tokens_total"},
			ask(share("firsttoken_expected_cached_tokens_total{SEL}"), "expected"), ask(share(`firsttoken_tokens_total{SEL,kind="input_cached"}`), "reported")).
			unit("percentunit").between(0, 1).coloursOf(map[string]string{"expected": colourClient, "reported": colourEngine}),
		stack("Requests by outcome", about{"Requests each minute by how they ended.", "anything but ok grows.", "firsttoken_requests_total"},
			ask("60 * sum by (outcome) (rate(firsttoken_requests_total{SEL}[NOW])) > 0", "{{outcome}}")).
			unit("suffix: /min").fromZero().coloursOf(outcomeColours()),
		grid("Revisions", about{"What the endpoint said it served, in the range: model, fingerprint, server.", "somebody deploys. Purple marks in the graphs are the same changes.", "firsttoken_target_revision_info"},
			[][2]string{{"target", "Target"}, {"model", "Model"}, {"fingerprint", "Fingerprint"}, {"server", "Server"}},
			column{title: "Seen for", expr: `sum by (target, model, fingerprint, server) (count_over_time(firsttoken_target_revision_info{SEL}[$__range:1m])) * 60`, unit: "s"},
		).size(16, 6),
		graph("Recall", about{"Share of questions about something deep in the context that were answered right.",
			"the context is truncated, quantised, or another model answers.", "firsttoken_recall_checks_total"},
			ask(`sum by (target) (rate(firsttoken_recall_checks_total{SEL,result="right"}[1h])) / (sum by (target) (rate(firsttoken_recall_checks_total{SEL}[1h])) > 0)`, "right")).
			unit("percentunit").between(0, 1).size(8, 6),
	}
}

// share of all input tokens.
func share(counter string) string {
	return "sum by (target) (rate(" + counter + "[NOW])) / (sum by (target) (rate(firsttoken_tokens_total{SEL,kind=~\"input_.*\"}[NOW])) > 0)"
}

// enginePanels read records that mean the same for every engine.
func enginePanels() []panel {
	return []panel{
		graph("TTFT, ours and the engine's", about{"Mean server wait as we measured it, and the engine's own mean time to first token.",
			"both rise: the engine. Only ours: what stands before it, or the network.", "firsttoken_server_wait_seconds, " + alerts.EngineTTFTRecord},
			ask(latency("firsttoken_server_wait_seconds").mean(), "client"), ask(alerts.EngineTTFTRecord+"{TGT} >= 0", "engine")).
			unit("s").fromZero().coloursOf(map[string]string{"client": colourClient, "engine": colourEngine}),
		graph("Engine queue", about{"Requests that wait and requests that run, all replicas together.", "arrivals exceed what the engine can start.", alerts.WaitingRecord + ", " + alerts.RunningRecord},
			ask(alerts.WaitingRecord+"{TGT}", "waiting"), ask(alerts.RunningRecord+"{TGT}", "running")).unit("none").fromZero().
			coloursOf(map[string]string{"waiting": colourBad, "running": colourGood}),
		graph("KV cache", about{"The fullest replica's KV cache in use, the share of prompt tokens found in the prefix cache, and preemptions in five minutes.",
			"contexts grow, sessions pile up; full means that prefixes are evicted and requests preempted.", alerts.KVRecord + ", " + alerts.HitRecord + ", " + alerts.PreemptedRecord},
			ask(alerts.KVRecord+"{TGT}", "in use"), ask(alerts.HitRecord+"{TGT}", "prefix hits"), ask(alerts.PreemptedRecord+"{TGT}", "preemptions")).
			unit("percentunit").fromZero().rightAxis("C", "none", "preemptions, 5 m"),
	}
}

// togetherPanels subtract the layers of a Together dedicated endpoint from each other, each of which
// reports its own time to first token.
//
//	client ├──────────────────────────────────────────┤
//	edge           ├──────────────────────────────────┤
//	router                ├───────────────────────────┤
//	worker                          ├─────────────────┤
func togetherPanels() []panel {
	mean := func(name, scale string) string {
		return "(sum(rate(" + name + "_sum{TGT}[NOW])) / (sum(rate(" + name + "_count{TGT}[NOW])) > 0)" + scale + ")"
	}
	client := "(" + `sum(rate(firsttoken_ttft_seconds_sum{SEL}[NOW])) / (sum(rate(firsttoken_ttft_seconds_count{SEL}[NOW])) > 0)
or
histogram_sum(sum(rate(firsttoken_ttft_seconds{SEL}[NOW]))) / (histogram_count(sum(rate(firsttoken_ttft_seconds{SEL}[NOW]))) > 0)` + ")"
	edge, router, worker := mean("edge_inference_ttft_ms", " / 1000"), mean("router_inference_ttft_seconds", ""), mean("worker_ttft_seconds", "")
	return []panel{
		stack("TTFT by layer", about{"Mean time to first token, taken apart by the layers that report one: the way to the edge, the edge itself, the router (where requests wait), the worker.",
			"the layer that grows is the layer to ask about. Needs the endpoint's metrics scraped with the label target.", "firsttoken_ttft_seconds, edge_inference_ttft_ms, router_inference_ttft_seconds, worker_ttft_seconds"},
			ask(worker, "worker"), ask(router+" - "+worker, "router"), ask(edge+" - "+router, "edge"), ask(client+" - "+edge, "network")).
			unit("s").fromZero().size(12, 8).otherwise("No Together metrics").coloursOf(map[string]string{"worker": colourEngine, "router": colourWarn, "edge": "light-blue", "network": "purple"}),
		graph("TTFT reported by layer", about{"The same, as each layer reports it.", "see the panel beside it.", "edge_inference_ttft_ms, router_inference_ttft_seconds, worker_ttft_seconds"},
			ask(client, "client"), ask(edge, "edge"), ask(router, "router"), ask(worker, "worker")).
			unit("s").fromZero().size(12, 8).otherwise("No Together metrics"),
	}
}
