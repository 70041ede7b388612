package dashboards

import "github.com/firsttoken/firsttoken/alerts"

func budgetSpenders() []panel {
	return []panel{spentByObjective(), failedByOutcome(), slowestPopulations(), alertStates()}
}

func spentByObjective() panel {
	return ranking("Budget spent in the range, by objective", about{
		means:  "Bad events in the range of the objectives that had most of them.",
		moves:  "see the burn rates for when.",
		metric: alerts.BadRecord(alerts.BudgetStep),
	},
		ask(
			"topk(10, sum by (target, slo) (sum_over_time("+alerts.BadRecord(alerts.BudgetStep)+selSLO+
				"[$__range:"+string(alerts.BudgetStep)+"])) > 0)",
			bySLO,
		),
	).unit("short", 0).noData("Nothing bad").size(8, 9)
}

func failedByOutcome() panel {
	return ranking("Failed requests in the range, by outcome", about{
		means:  "How requests ended that did not end well.",
		moves:  "see the alerts' runbooks by outcome.",
		metric: "firsttoken_requests_total",
	},
		ask(
			"topk(10, sum by (target, outcome) (increase(firsttoken_requests_total{SEL,"+failed+"}[$__range])) >= 1)",
			"{{target}} {{outcome}}",
		),
	).unit("short", 0).noData("Nothing failed").size(8, 9)
}

func slowestPopulations() panel {
	return ranking("Slowest populations in the range", about{
		means: "p95 of time to first token as a share of the objective's limit, by cache and context: which" +
			" kind of request is late.",
		moves:  "cold and long are slow by nature; warm ones above the limit are the cache's or a queue's doing.",
		metric: "firsttoken_ttft_seconds, firsttoken_slo_threshold",
	},
		ask(
			"topk(10, (histogram_quantile(0.95, sum by (le, target, cache, context)"+
				" (rate(firsttoken_ttft_seconds${histograms}LAT}[$__range]))) >= 0) / on (target) group_left () "+
				ttftObjective+")",
			"{{target}} {{cache}} {{context}}",
		),
	).unit("percentunit", 0).thresholds(ofObjective()).size(8, 9)
}
