package dashboards

// honestyPanels show what would bend the numbers above them, or make them fewer than they should be.
func honestyPanels() []panel {
	return []panel{
		waiting(), scheduledAndSent(), failuresByCause(), notStreamed(), contradictions(), estimated(), certificate(),
	}
}

func waiting() panel {
	return graph("Requests in flight, and the oldest wait", about{
		means:  "Requests that have not ended, and how long the oldest of them has waited for its first token, in seconds.",
		moves:  "the engine queues, or hangs: a hang shows here at once, and in the counters only when requests time out.",
		metric: "firsttoken_requests_in_flight, firsttoken_waiting_since_timestamp_seconds",
	},
		ask("max by (target) (firsttoken_requests_in_flight{SEL})", "in flight"),
		ask("time() - (max by (target) (firsttoken_waiting_since_timestamp_seconds{SEL}) > 0) or "+
			"0 * max by (target) (firsttoken_requests_in_flight{SEL})", "oldest wait, s"),
	).unit("short").fromZero()
}

func scheduledAndSent() panel {
	return graph("Load, scheduled and sent", about{
		means: "Input tokens a minute that the schedule asked for, those that were sent, and what back-off, budget and" +
			" pauses leave of the set-point.",
		moves:  "they part when slots cannot be used: the engine holds earlier requests, throttles or fails.",
		metric: "firsttoken_scheduled_tokens_total, firsttoken_sent_tokens_total, firsttoken_tokens_per_minute_effective",
	},
		ask("60 * sum by (target) (rate(firsttoken_scheduled_tokens_total{SEL}[NOW]))", "scheduled"),
		ask("60 * sum by (target) (rate(firsttoken_sent_tokens_total{SEL}[NOW]))", "sent"),
		ask(effectiveTPM, "what back-off leaves"),
	).unit("short").fromZero()
}

func failuresByCause() panel {
	return stack("Failures by cause", about{
		means:  "Requests each minute that were not ok, by cause; the runbooks say whose fault each one is.",
		moves:  "anything grows.",
		metric: "firsttoken_failures_total",
	},
		ask("60 * sum by (cause) (rate(firsttoken_failures_total{SEL}[NOW])) > 0", "{{cause}}"),
	).unit("suffix: /min").fromZero().noData("No failures")
}

func notStreamed() panel {
	share := func(counter string) string {
		return "sum by (target) (rate(" + counter + "{SEL}[NOW])) / " +
			`(sum by (target) (rate(firsttoken_requests_total{SEL,outcome="ok"}[NOW])) > 0)`
	}
	return graph("Answers that came at once, from another model, or against their dialect", about{
		means: "Share of good answers that were not streamed, since something between you and the engine buffers; of" +
			" those that named another model than the one that was asked for; and of those that departed from their" +
			" dialect: the label quirk says how. All should be zero.",
		moves:  "a proxy, a compressor or a CDN is put in between; a gateway falls back; a server changes its streams.",
		metric: "firsttoken_not_streamed_total, firsttoken_other_model_total, firsttoken_quirks_total",
	},
		ask(share("firsttoken_not_streamed_total"), "at once: something buffers"),
		ask(share("firsttoken_other_model_total"), "another model"),
		ask(share("firsttoken_quirks_total"), "against their dialect"),
	).share()
}

// estimated is about servers that report no usage.
func estimated() panel {
	return graph("Estimated for want of usage", about{
		means: "Share of the input tokens, and of the verdicts on tps, that are estimates, since the server sent no usage." +
			" Such answers have no rate in the histogram and no price, and their tokens per minute are our own count.",
		moves:  "a gateway drops `stream_options`, or another server answers that counts nothing.",
		metric: "firsttoken_tokens_estimated_total, firsttoken_slo_estimated_events_total",
	},
		ask(`sum by (target) (rate(firsttoken_tokens_estimated_total{SEL,kind="input"}[NOW])) / `+
			`(sum by (target) (rate(firsttoken_tokens_estimated_total{SEL,kind="input"}[NOW])) + `+
			`sum by (target) (rate(firsttoken_tokens_total{SEL,kind=~"input_.*"}[NOW])) > 0)`, "input tokens"),
		ask(`sum by (target) (rate(firsttoken_slo_estimated_events_total{SEL,slo="tps"}[NOW])) / `+
			`(sum by (target) (rate(firsttoken_slo_estimated_events_total{SEL,slo="tps"}[NOW])) + `+
			`sum by (target) (rate(firsttoken_slo_events_total{SEL,slo="tps"}[NOW])) > 0)`, "verdicts on tps"),
	).share()
}

func contradictions() panel {
	return graph("Answers left out of the latencies", about{
		means: "Good answers each minute whose usage contradicts what their turn expected of the cache: a warm prefix that" +
			" was lost, a cold one that was kept. They are in neither population.",
		moves:  "the engine evicts prefixes, requests of a session land on other replicas, the cache outlives its time.",
		metric: "firsttoken_cache_contradictions_total",
	},
		ask("60 * sum by (result) (rate(firsttoken_cache_contradictions_total{SEL}[NOW]))", "{{result}}"),
	).unit("suffix: /min").fromZero()
}

func certificate() panel {
	return graph("Certificate, time left", about{
		means: "Time until the first certificate of the chain that the endpoint sends expires, as the last new connection" +
			" saw it.",
		moves:  "it falls by a day a day, and jumps when the certificate is renewed.",
		metric: "firsttoken_tls_certificate_expiry_timestamp_seconds",
	},
		ask("min by (target) (firsttoken_tls_certificate_expiry_timestamp_seconds{SEL} > 0) - time()", "time left"),
	).unit("s").fromZero().noData("No TLS")
}
