package dashboards

import (
	"slices"

	"github.com/firsttoken/firsttoken/alerts"
)

func fleetTable() panel {
	labels := column{expr: "max by (target, engine, model, region) (firsttoken_target_info{SEL})"}
	return tableOf("Targets", about{
		means: "One row for each target; click one to open it. Colour is for what an objective or yesterday" +
			" judges.",
		moves:  "anything moves: sort by the column that you ask about.",
		metric: "firsttoken_ttft_seconds, firsttoken_output_tokens_per_second, " + alerts.BudgetRemainingRecord,
	},
		[]heading{{"target", "Target"}, {"engine", "Engine"}, {"model", "Model"}, {"region", "Region"}},
		slices.Concat([]column{labels}, latencyColumns(), requestColumns(), budgetColumns())...,
	).linked(rowTarget(alerts.EndpointUID, "Open the target"), rowTarget(alerts.SLOUID, "Open its error budget")).
		sortedBy("of limit", true)
}

func latencyColumns() []column {
	yesterday := ttft().ago("1d").quantile(0.95)
	return []column{
		{title: "TTFT p50", expr: ttft().quantile(0.5), unit: "s", decimals: 2},
		{title: "TTFT p95", expr: ttftP95(), unit: "s", decimals: 2},
		{
			title: "of limit", expr: "(" + ttftP95() + ") / on (target) " + ttftObjective, unit: "percentunit",
			thresholds: ofObjective(),
		},
		{
			title: "p95 v. yesterday", expr: "(" + ttftP95() + ") / (" + yesterday + " > 0) - 1", unit: "percentunit",
			thresholds: steps(colourClear, step{0.25, colourWarn}, step{0.5, colourBad}, step{1, colourWorst}),
		},
		{title: "TPS p50", expr: tpsP50(), unit: "short"},
		{
			title: "of least", expr: "(" + tpsP50() + ") / on (target) " + tpsObjective, unit: "percentunit",
			thresholds: moreIsBetter(),
		},
	}
}

func requestColumns() []column {
	return []column{
		{title: "TPM", expr: tokensPerMinute, unit: "short", decimals: 1},
		{title: "Cached", expr: inputShare(`firsttoken_tokens_total{SEL,kind="input_cached"}`), unit: "percentunit"},
		{
			title: "Errors", expr: errorRatio("target"), unit: "percentunit", decimals: 1,
			thresholds: steps(colourClear, step{0.01, colourWarn}, step{0.05, colourWorst}),
		},
	}
}

func budgetColumns() []column {
	burns := alerts.Burns()
	left := func(matcher string) string {
		return "min by (target) (" + alerts.BudgetRemainingRecord + "{SEL" + matcher + "})"
	}
	return []column{
		{title: "TTFT SLO left", expr: left(`,slo="ttft"`), unit: "percentunit", thresholds: budgetLeft()},
		{title: "Least SLO left", expr: left(""), unit: "percentunit", thresholds: budgetLeft()},
		{
			title: "Burn 1 h", unit: "suffix:×", decimals: 1,
			expr:       "max by (target) (" + burnRate(burns.Over1h.Long, "{SEL}") + ")",
			thresholds: steps(colourClear, step{1, colourWarn}, step{burns.Over6h.Factor, colourWorst}),
		},
	}
}
