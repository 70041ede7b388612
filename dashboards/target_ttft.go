package dashboards

func ttftPanels() []panel {
	return []panel{ttftGraph(), ttftDensity(), ttftThenAndNow(), ttftByContext(), ttftColdAndWarm()}
}

func ttftGraph() panel {
	h := ttft()
	p50 := ask(h.quantile(0.5), "p50")
	p50.exemplars = true
	return graph("TTFT", about{
		means: "Time to first token as one user feels it: median, tails and exact mean; dashed, the objective's" +
			" limit. Dots are single requests: their id finds the line in the results file.",
		moves:  "a queue (tail first), lost prefix cache (warm jumps to cold), slower prefill (all of them).",
		metric: "firsttoken_ttft_seconds, firsttoken_slo_threshold",
	},
		p50,
		ask(h.quantile(0.95), "p95"),
		ask(h.quantile(0.99), "p99"),
		ask(h.mean(), "mean"),
		ask(ttftObjective, "limit"),
	).unit("s").fromZero().quantileColours().limit("E").summarised().size(12, 10)
}

func ttftDensity() panel {
	h := ttft()
	return density("TTFT, all requests", about{
		means:  "How many requests had which time to first token.",
		moves:  "two bands are two populations: cold and warm, or short and long.",
		metric: "firsttoken_ttft_seconds",
	},
		h,
		"s",
	).size(12, 10)
}

func ttftThenAndNow() panel {
	h := ttft()
	return graph("TTFT p95, now and before", about{
		means:  "The same percentile now, an hour, a day and a week ago, laid over each other.",
		moves:  "today differs from what is usual at this hour.",
		metric: "firsttoken_ttft_seconds",
	},
		ask(h.quantile(0.95), "now"),
		ask(h.ago("1h").quantile(0.95), "1 h ago"),
		ask(h.ago("1d").quantile(0.95), "1 d ago"),
		ask(h.ago("1w").quantile(0.95), "7 d ago"),
	).unit("s").fromZero().
		coloursOf(colours{
			"now":     colourP95,
			"1 h ago": "light-blue",
			"1 d ago": "light-purple",
			"7 d ago": "super-light-orange",
		}).size(8, 8)
}

func ttftByContext() panel {
	h := ttft()
	return graph("TTFT p95 by context", about{
		means:  "By band of prompt length: long prompts are slower when they are not cached.",
		moves:  "prefill slows down (long ones first), or the mix of lengths changes (none of them).",
		metric: "firsttoken_ttft_seconds",
	},
		ask(h.quantile(0.95, "target", "context"), "{{context}}"),
	).unit("s").fromZero().size(8, 8)
}

func ttftColdAndWarm() panel {
	h := ttft()
	return graph("TTFT p50, cold and warm", about{
		means: "Requests of which the prober expects nothing in the prefix cache, and those of which it expects" +
			" their history there.",
		moves: "warm rises to cold when the cache evicts or the router forgets; cold rises when prefill slows" +
			" down.",
		metric: "firsttoken_ttft_seconds",
	},
		ask(h.quantile(0.5, "target", "cache"), "{{cache}}"),
	).unit("s").fromZero().coloursOf(colours{"cold": colourCold, "warm": colourWarm}).size(8, 8)
}
