package dashboards

func speedPanels() []panel {
	return []panel{tpsGraph(), interToken(), longestStall()}
}

func tpsGraph() panel {
	h := tps()
	return graph("TPS", about{
		means: "Output tokens per second of one user: the median, the slowest twentieth, the mean; dashed, the" +
			" least that the objective allows.",
		moves:  "larger batches, prefill between decode steps, speculation that is rejected.",
		metric: "firsttoken_output_tokens_per_second, firsttoken_streamed_tokens_total, firsttoken_slo_threshold",
	},
		ask(h.quantile(0.5), "p50"),
		ask(h.quantile(0.05), "p5"),
		ask(meanTPS, "mean"),
		ask(tpsObjective, "least"),
	).unit("suffix: tok/s").fromZero().quantileColours().forSeries("p5", coloured(colourP99)).limit("D")
}

// meanTPS is tokens over seconds: a mean of rates would give a short answer the weight of a long one.
const meanTPS = "sum by (target) (rate(firsttoken_streamed_tokens_total{LAT}[NOW])) / " +
	"(sum by (target) (rate(firsttoken_streamed_seconds_total{LAT}[NOW])) > 0)"

// percentiles of a histogram over streams.
func percentiles(h histogram) []query {
	return []query{ask(h.quantile(0.5), "p50"), ask(h.quantile(0.95), "p95"), ask(h.quantile(0.99), "p99")}
}

func interToken() panel {
	return graph("Inter-token latency", about{
		means:  "Mean time between the output tokens of a stream: median and tails over streams.",
		moves:  "decode steps take longer.",
		metric: "firsttoken_inter_token_seconds",
	},
		percentiles(latency("firsttoken_inter_token_seconds"))...,
	).unit("s").fromZero().quantileColours()
}

func longestStall() panel {
	return graph("Longest stall", about{
		means:  "The longest silence between two tokens of a stream: median and tails over streams.",
		moves:  "long prefills block decode, a request is preempted, a proxy buffers.",
		metric: "firsttoken_stall_seconds",
	},
		percentiles(latency("firsttoken_stall_seconds"))...,
	).unit("s").fromZero().quantileColours()
}
