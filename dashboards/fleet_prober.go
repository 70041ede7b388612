package dashboards

import "github.com/firsttoken/firsttoken/alerts"

func proberGraphs() []panel {
	all := []panel{scheduleLag(), sharedStamps(), turnsNotSent(), staleConnections()}
	for i, p := range all {
		all[i] = p.size(6, 8)
	}
	return all
}

func scheduleLag() panel {
	return graph("Schedule lag", about{
		means: "How late requests started after their instant, on average. It says something about the prober," +
			" never about a server.",
		moves:  "the prober's machine is busy.",
		metric: alerts.ScheduleLagRecord,
	},
		ask(alerts.ScheduleLagRecord+`{job=~"$job"} >= 0`, "{{instance}}"),
	).unit("s").fromZero()
}

func sharedStamps() panel {
	return graph("First tokens that shared their stamp", about{
		means: "Share of first tokens that were read together with what followed. Their instant may be that of the newest" +
			" bytes, and then it is late.",
		moves:  "the prober is late to read, or the server writes its first tokens at once.",
		metric: "firsttoken_first_token_shared_total",
	},
		ask("sum by (target) (rate(firsttoken_first_token_shared_total{SEL}[NOW])) / "+
			"(sum by (target) (rate(firsttoken_requests_total{SEL}[NOW])) > 0)", "{{target}}"),
	).unit("percentunit").fromZero()
}

func turnsNotSent() panel {
	return stack("Turns not sent", about{
		means:  "Slots of the schedule that were not used, by reason, each minute.",
		moves:  "back-off, the budget, all sessions busy, a pause.",
		metric: "firsttoken_turns_skipped_total",
	},
		ask("60 * sum by (reason) (rate(firsttoken_turns_skipped_total{SEL}[NOW]))", "{{reason}}"),
	).unit("suffix: /min").fromZero()
}

func staleConnections() panel {
	return graph("Stale connections", about{
		means:  "Requests that were sent a second time because a reused connection had died, each hour.",
		moves:  "a server or a proxy closes idle connections early.",
		metric: "firsttoken_stale_connections_total",
	},
		ask("3600 * sum by (target) (rate(firsttoken_stale_connections_total{SEL}[NOW]))", "{{target}}"),
	).unit("suffix: /h").fromZero()
}
