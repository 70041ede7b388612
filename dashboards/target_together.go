package dashboards

// togetherPanels subtract the layers of a Together dedicated endpoint from each other, each of which
// reports its own time to first token.
//
//	client ├──────────────────────────────────────────┤
//	edge           ├──────────────────────────────────┤
//	router                ├───────────────────────────┤
//	worker                          ├─────────────────┤
func togetherPanels() []panel {
	return []panel{ttftByLayer(), ttftReportedByLayer()}
}

// layers are the PromQL of the mean TTFT that each layer reports, in seconds.
type layers struct{ client, edge, router, worker string }

func ttftLayers() layers {
	mean := func(histogram string) string {
		return "sum(rate(" + histogram + "_sum{TGT}[NOW])) / (sum(rate(" + histogram + "_count{TGT}[NOW])) > 0)"
	}
	own := func(suffix string) string { return "sum(rate(firsttoken_ttft_seconds" + suffix + "{SEL}[NOW]))" }
	return layers{
		client: "(" + own("_sum") + " / (" + own("_count") + " > 0)\nor\n" +
			"histogram_sum(" + own("") + ") / (histogram_count(" + own("") + ") > 0))",
		edge:   "(" + mean("edge_inference_ttft_ms") + " / 1000)",
		router: "(" + mean("router_inference_ttft_seconds") + ")",
		worker: "(" + mean("worker_ttft_seconds") + ")",
	}
}

func ttftByLayer() panel {
	mean := ttftLayers()
	return stack("TTFT by layer", about{
		means: "Mean time to first token, taken apart by the layers that report one: the way to the edge, the" +
			" edge itself, the router (where requests wait), the worker.",
		moves: "the layer that grows is the layer to ask about. Needs the endpoint's metrics scraped with the" +
			" label target.",
		metric: "firsttoken_ttft_seconds, edge_inference_ttft_ms, router_inference_ttft_seconds," +
			" worker_ttft_seconds",
	},
		ask(mean.worker, "worker"),
		ask(mean.router+" - "+mean.worker, "router"),
		ask(mean.edge+" - "+mean.router, "edge"),
		ask(mean.client+" - "+mean.edge, "network"),
	).unit("s").fromZero().size(12, 8).noData("No Together metrics").
		coloursOf(colours{"worker": colourEngine, "router": colourWarn, "edge": "light-blue", "network": "purple"})
}

func ttftReportedByLayer() panel {
	mean := ttftLayers()
	return graph("TTFT reported by layer", about{
		means:  "The same, as each layer reports it.",
		moves:  "see the panel beside it.",
		metric: "edge_inference_ttft_ms, router_inference_ttft_seconds, worker_ttft_seconds",
	},
		ask(mean.client, "client"),
		ask(mean.edge, "edge"),
		ask(mean.router, "router"),
		ask(mean.worker, "worker"),
	).unit("s").fromZero().size(12, 8).noData("No Together metrics")
}
