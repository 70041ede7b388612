package dashboards

import "github.com/firsttoken/firsttoken/alerts"

// capacity answers how much more an endpoint can take and what a token costs there.
func capacity() model {
	return page{
		uid: alerts.CapacityUID, title: "firsttoken / Capacity planning", from: "now-7d", annotations: events(),
		variables: append(scope(), planVariables()...),
		about: "Latency and speed against load, the highest load that held the objective, growth," +
			" and what a team's tokens cost here and at a reference price.",
		sections: []section{
			{title: "Latency against load", panels: scatters()},
			{title: "Headroom", panels: headroomPanels()},
			{title: "Efficiency", panels: efficiencyPanels()},
			{title: "What a team's year costs", panels: costPanels()},
		},
	}.dashboard()
}

func scatters() []panel {
	return []panel{ttftAgainstTPM(), tpsAgainstTPM()}
}

func ttftAgainstTPM() panel {
	return scatter("TTFT p95 against TPM, $target", about{
		means: "One dot for each five minutes of the range: the load, and the 95th percentile of time to first" +
			" token at that load.",
		moves:  "flat, then a knee: the knee is the capacity. Dots above a flat part had another cause than load.",
		metric: "firsttoken_tokens_total, firsttoken_ttft_seconds",
	},
		ask("sum("+tokensPerMinute+")", "TPM"),
		ask("max("+ttftP95()+")", "TTFT p95"),
	).unit("s").size(24, 9).repeated("target", 3)
}

func tpsAgainstTPM() panel {
	return scatter("TPS p50 against TPM, $target", about{
		means: "One dot for each five minutes: the load, and one user's median output tokens per second at that" +
			" load.",
		moves:  "it falls as batches grow: how steeply is the price of sharing.",
		metric: "firsttoken_tokens_total, firsttoken_output_tokens_per_second",
	},
		ask("sum("+tokensPerMinute+")", "TPM"),
		ask("max("+tpsP50()+")", "TPS p50"),
	).unit("suffix: tok/s").size(24, 9).repeated("target", 3)
}
