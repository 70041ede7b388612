package dashboards

import "github.com/firsttoken/firsttoken/alerts"

func budgetTiles() []panel {
	return []panel{
		leastAttained30d(), leastAttained24h(), leastBudgetLeft(), fastestBurn(), soonestExhausted(),
	}
}

func leastAttained30d() panel {
	return tile("Least attained, 30 d", about{
		means: "Share of good events in 30 days, or since a younger target is watched, of the objective that is worst" +
			" off against its own goal.",
		moves:  "events are bad.",
		metric: alerts.BudgetRemainingRecord,
	},
		ask("("+attained+")\nand\nbottomk(1, "+alerts.BudgetRemainingRecord+selSLO+")", bySLO),
	).unit("percentunit", 2).size(5, 4)
}

func leastAttained24h() panel {
	day := alerts.Burns().Over1d.Long
	return tile("Least attained, 24 h", about{
		means:  "Share of good events in 24 hours, of the objective that is worst off.",
		moves:  "events are bad.",
		metric: alerts.RatioRecord(day),
	},
		ask("(1 - "+alerts.RatioRecord(day)+selSLO+")\nand\ntopk(1, "+burnRate(day, selSLO)+")", bySLO),
	).unit("percentunit", 2).size(5, 4)
}

func leastBudgetLeft() panel {
	return tile("Least budget left", about{
		means: "What is left of the 30 days' error budget where least is left; below 0 it is overspent." +
			" The table says since when there are records.",
		moves:  "events are bad, or bad ones leave the 30 days.",
		metric: alerts.BudgetRemainingRecord,
	},
		ask("bottomk(1, "+alerts.BudgetRemainingRecord+selSLO+")", bySLO),
	).unit("percentunit", 0).thresholds(budgetLeft()).size(5, 4)
}

func fastestBurn() panel {
	hour := alerts.Burns().Over1h.Long
	return tile("Fastest burn, 1 h", about{
		means:  "How many times faster than allowed the budget is being spent.",
		moves:  "the share of bad events changes.",
		metric: alerts.RatioRecord(hour),
	},
		ask("topk(1, "+burnRate(hour, selSLO)+")", bySLO),
	).unit("suffix:×", 1).thresholds(burnColours()).size(5, 4)
}

func soonestExhausted() panel {
	hour := alerts.Burns().Over1h.Long
	return tile("Soonest exhausted", about{
		means:  "When the first budget is spent if the last hour goes on: 30 days × what is left / burn rate.",
		moves:  "the burn rate of the last hour changes.",
		metric: alerts.BudgetRemainingRecord + ", " + alerts.RatioRecord(hour),
	},
		ask(
			"bottomk(1, 30 * 86400 * clamp_min("+alerts.BudgetRemainingRecord+selSLO+", 0)"+
				" / (("+burnRate(hour, selSLO)+") > 0))",
			bySLO,
		),
	).unit("s", 1).noData("Not burning").
		thresholds(steps(
			colourWorst, step{86400, colourBad}, step{3 * 86400, colourWarn}, step{30 * 86400, colourGood},
		)).size(4, 4)
}

func budgetTable() panel {
	burns := alerts.Burns()
	day := burns.Over1d.Long
	of := func(record string) string { return eachSLO(record + selSLO) }
	columns := []column{
		{title: "Objective", expr: of("firsttoken_slo_objective_ratio"), unit: "percentunit", decimals: 1},
		{title: "Threshold", expr: of("firsttoken_slo_threshold"), unit: "short", decimals: 1},
		{title: "Events, 24 h", expr: of(alerts.EventsRecord(day)), unit: "short"},
		{title: "Attained, 24 h", expr: of("1 - " + alerts.RatioRecord(day)), unit: "percentunit", decimals: 2},
		{title: "Attained, 30 d", expr: eachSLO(attained), unit: "percentunit", decimals: 2},
		{title: "Since (ago)", expr: eachSLO(watchedFor), unit: "s", decimals: 1},
		{
			title: "Budget left", expr: of(alerts.BudgetRemainingRecord), unit: "percentunit",
			thresholds: budgetLeft(),
		},
		burnColumn("Burn 5 m", burns.Over1h.Short),
		burnColumn("Burn 1 h", burns.Over1h.Long),
		burnColumn("Burn 6 h", burns.Over6h.Long),
		burnColumn("Burn 3 d", burns.Over3d.Long),
	}
	return tableOf("Objectives", about{
		means: "One row for each objective of each target. Burn is in budgets: 1 spends exactly the whole" +
			" budget in its period. Of a younger target, 30 d holds what was recorded since.",
		moves: "events are judged; the threshold is seconds for ttft and tokens per second for tps.",
		metric: "firsttoken_slo_objective_ratio, firsttoken_slo_threshold, " + alerts.BudgetRemainingRecord + ", " +
			alerts.BudgetSeenRecord,
	},
		[]heading{{"target", "Target"}, {"slo", "SLO"}},
		columns...,
	).linked(rowTarget(alerts.EndpointUID, "Open the target")).sortedBy("Budget left", false)
}

func burnColumn(title string, w alerts.Window) column {
	return column{
		title: title, expr: eachSLO(burnRate(w, selSLO)), unit: "suffix:×", decimals: 1, thresholds: burnColours(),
	}
}
