package dashboards

import "github.com/firsttoken/firsttoken/alerts"

func proberGraphs() []panel {
	all := []panel{
		scheduleLag(), sharedStamps(), turnsNotSent(), staleConnections(), configurations(), resultsLost(),
	}
	for i, p := range all {
		all[i] = p.size(8, 8)
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

func configurations() panel {
	return graph("Configurations in use", about{
		means:  "How many different configurations the probers of a job run on. Replicas have one; shards have one each.",
		moves:  "a rollout is under way, or one prober did not take the new file.",
		metric: "firsttoken_config_hash",
	},
		ask(`count by (job) (count_values by (job) ("hash", firsttoken_config_hash{job=~"$job"}))`, "{{job}}"),
	).unit("none").fromZero()
}

func resultsLost() panel {
	return graph("Results lost", about{
		means:  "Results each minute that are missing from the results file, by reason. The metrics have them.",
		moves:  "the disk is slow or full.",
		metric: "firsttoken_results_lost_total",
	},
		ask(`60 * sum by (reason) (rate(firsttoken_results_lost_total{job=~"$job"}[NOW]))`, "{{reason}}"),
	).unit("suffix: /min").fromZero().noData("No results file")
}
