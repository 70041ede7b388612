package dashboards

func tokenPanels() []panel {
	return []panel{tokensByKind(), prefixCache(), requestsByOutcome(), revisions(), recall()}
}

func tokensByKind() panel {
	return stack("Tokens per minute by kind", about{
		means: "What the server billed, by its own usage; reasoning is part of output. Where it reports no usage, our" +
			" estimate.",
		moves:  "uncached input grows when the cache loses prefixes, at the same load.",
		metric: "firsttoken_tokens_total, firsttoken_tokens_estimated_total, firsttoken_tokens_per_minute_effective",
	},
		ask(`60 * sum by (kind) (rate(firsttoken_tokens_total{SEL,kind!="reasoning"}[NOW]))`, "{{kind}}"),
		ask(effectiveTPM, "effective set-point"),
		ask(`60 * sum by (kind) (rate(firsttoken_tokens_estimated_total{SEL}[NOW])) > 0`, "{{kind}}, estimated"),
	).unit("short").fromZero().coloursOf(tokenColours()).limit("B")
}

func prefixCache() panel {
	return graph("Prefix cache, expected and reported", about{
		means: "Share of input that a healthy prefix cache would serve, and the share that the server says it" +
			" served.",
		moves:  "they part when prefixes are evicted or requests of a session land on different replicas.",
		metric: "firsttoken_expected_cached_tokens_total, firsttoken_tokens_total",
	},
		ask(inputShare("firsttoken_expected_cached_tokens_total{SEL}"), "expected"),
		ask(inputShare(`firsttoken_tokens_total{SEL,kind="input_cached"}`), "reported"),
	).share().
		coloursOf(colours{"expected": colourClient, "reported": colourEngine})
}

// inputShare is a counter of tokens as a share of all input tokens.
func inputShare(counter string) string {
	const input = `sum by (target) (rate(firsttoken_tokens_total{SEL,kind=~"input_.*"}[NOW]))`
	return "sum by (target) (rate(" + counter + "[NOW])) / (" + input + " > 0)"
}

func requestsByOutcome() panel {
	return stack("Requests by outcome", about{
		means:  "Requests each minute by how they ended.",
		moves:  "anything but ok grows.",
		metric: "firsttoken_requests_total",
	},
		ask("60 * sum by (outcome) (rate(firsttoken_requests_total{SEL}[NOW])) > 0", "{{outcome}}"),
	).unit("suffix: /min").fromZero().coloursOf(outcomeColours())
}

func revisions() panel {
	return tableOf("Revisions", about{
		means:  "What the endpoint said it served, in the range: model, fingerprint, server.",
		moves:  "somebody deploys. Purple marks in the graphs are the same changes.",
		metric: "firsttoken_target_revision_info",
	},
		[]heading{{"target", "Target"}, {"model", "Model"}, {"fingerprint", "Fingerprint"}, {"server", "Server"}},
		column{
			title: "Seen for",
			expr: "sum by (target, model, fingerprint, server) " +
				"(count_over_time(firsttoken_target_revision_info{SEL}[$__range:1m])) * 60",
			unit: "s",
		},
	).size(16, 6)
}

func recall() panel {
	checks := func(matcher string) string {
		return "sum by (target) (rate(firsttoken_recall_checks_total{SEL" + matcher + "}[1h]))"
	}
	return graph("Recall", about{
		means:  "Share of questions about something deep in the context that were answered right.",
		moves:  "the context is truncated, quantised, or another model answers.",
		metric: "firsttoken_recall_checks_total",
	},
		ask(checks(`,result="right"`)+" / ("+checks("")+" > 0)", "right"),
	).share().size(8, 6)
}
