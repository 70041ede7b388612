package dashboards

// timePanels take a request apart along its time line.
func timePanels() []panel {
	return []panel{timeline(), threeClocks()}
}

// connectMean is the mean time of a phase of connection set-up, spread over all requests.
func connectMean(phase string) string {
	rate := func(suffix string) string {
		return `sum by (target) (rate(firsttoken_connect_seconds` + suffix + `{SEL,phase="` + phase + `"}[NOW]))`
	}
	const requests = `(sum by (target) (rate(firsttoken_requests_total{SEL}[NOW])) > 0)`
	return "(" + rate("_sum") + " or histogram_sum(" + rate("") + ")) / " + requests
}

func timeline() panel {
	return stack("A request's time line", about{
		means: "Mean time of each step until the first token, one on the other: name look-up, TCP, TLS, upload," +
			" and the server's wait. Connection set-up is spread over all requests, since most reuse a" +
			" connection.",
		moves: "the server's wait is the engine and what is before it; the rest is the network, and no engine" +
			" tuning moves it.",
		metric: "firsttoken_connect_seconds, firsttoken_upload_seconds, firsttoken_server_wait_seconds",
	},
		ask(connectMean("dns"), "dns"),
		ask(connectMean("tcp"), "tcp"),
		ask(connectMean("tls"), "tls"),
		ask(perTarget("firsttoken_upload_seconds").mean(), "upload"),
		ask(latency("firsttoken_server_wait_seconds").mean(), "server wait"),
	).unit("s").fromZero().size(12, 8).
		coloursOf(colours{
			"dns":         "light-purple",
			"tcp":         "purple",
			"tls":         "dark-purple",
			"upload":      "light-blue",
			"server wait": colourEngine,
		})
}

func threeClocks() panel {
	return graph("Felt, measured, first output", about{
		means: "Medians of three clocks: from the scheduled instant (what a user felt who did not wait for us)," +
			" from the connection in hand (the SLI), and to the first token that is text or a tool call.",
		moves: "the first two part when the prober is late or connections are new; the last parts for models" +
			" that reason first.",
		metric: "firsttoken_ttft_from_schedule_seconds, firsttoken_ttft_seconds," +
			" firsttoken_time_to_first_output_token_seconds",
	},
		ask(latency("firsttoken_ttft_from_schedule_seconds").quantile(0.5), "from schedule"),
		ask(ttft().quantile(0.5), "TTFT"),
		ask(latency("firsttoken_time_to_first_output_token_seconds").quantile(0.5), "first output token"),
	).unit("s").fromZero().size(12, 8)
}
