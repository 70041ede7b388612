package dashboards

import "github.com/firsttoken/firsttoken/alerts"

// load30 is smooth enough to be called a load: the arrivals of a few requests a minute are bursty.
const load30 = `60 * sum by (` + alerts.ByTarget + `) (rate(firsttoken_tokens_total{SEL,kind!="reasoning"}[30m]))`

const (
	ttftBad     = `target_slo:firsttoken_slo_bad:ratio30m{SEL,slo="ttft"}`
	ttftAllowed = alerts.BudgetRecord + `{SEL,slo="ttft"}`

	loadWhileHeld   = load30 + "\nand on (" + alerts.ByTarget + ")\n(" + ttftBad + " <= " + ttftAllowed + ")"
	loadWhileBroken = load30 + "\nand on (" + alerts.ByTarget + ")\n(" + ttftBad + " > " + ttftAllowed + ")"

	highestHeld  = `max by (target) (max_over_time((` + loadWhileHeld + `)[$__range:5m]))`
	lowestBroken = `min by (target) (min_over_time((` + loadWhileBroken + `)[$__range:5m]))`
	loadNow      = `max by (target) (` + load30 + `)`
)

const (
	// rangeOfThreeDays is true where the range has three days or more: a slope of less is weather.
	rangeOfThreeDays = "vector($__range_s) >= 3 * 86400"
	slope            = "(max by (target) (deriv((" + load30 + ")[$__range:30m])) and on () (" + rangeOfThreeDays + "))"
	growthPerDay     = slope + " * 86400"
)

func headroomPanels() []panel {
	return []panel{capacityTable(), loadAndLimit(), loadForecast()}
}

func capacityTable() panel {
	return tableOf("Capacity", about{
		means: "The highest load (30 minutes' mean) at which the TTFT objective held in the range, the lowest" +
			" at which it did not, and what lies between now and them. Between the two is the knee. Load that" +
			" was never tried says nothing: give a target the load profile for an hour to find out.",
		moves:  "the range holds other loads, or the endpoint changes.",
		metric: "firsttoken_tokens_total, target_slo:firsttoken_slo_bad:ratio30m",
	},
		[]heading{{"target", "Target"}},
		column{title: "TPM now", expr: loadNow, unit: "short", decimals: 2},
		column{title: "Highest that held", expr: highestHeld, unit: "short", decimals: 2},
		column{title: "Lowest that broke", expr: lowestBroken, unit: "short", decimals: 2},
		column{
			title: "Headroom", expr: "1 - " + loadNow + " / " + highestHeld, unit: "percentunit",
			thresholds: steps(colourWorst, step{0, colourWarn}, step{0.2, colourGood}),
		},
		column{title: "Growth per day", expr: growthPerDay, unit: "short", decimals: 1},
		column{
			title: "Days to the limit", unit: "none", decimals: 1,
			expr:       "clamp_min(" + highestHeld + " - " + loadNow + ", 0) / (" + growthPerDay + " > 0)",
			thresholds: steps(colourWorst, step{7, colourWarn}, step{30, colourGood}),
		},
		column{
			title: "TTFT with load, r", unit: "none", decimals: 2,
			expr:       "max by (target) (" + alerts.CorrelationRecord + "{SEL} >= -1 <= 1)",
			thresholds: steps(colourClear, step{alerts.SaturationR, colourWarn}),
		},
	).linked(rowTarget(alerts.EndpointUID, "Open the target")).size(24, 7)
}

func loadAndLimit() panel {
	return graph("Load, and where it broke", about{
		means:  "Tokens per minute over time; points mark the times at which the TTFT objective did not hold.",
		moves:  "a point at a load that held before is an incident, not the limit.",
		metric: "firsttoken_tokens_total, target_slo:firsttoken_slo_bad:ratio30m",
	},
		ask(loadNow, "{{target}}"),
		ask(`max by (target) (`+loadWhileBroken+`)`, "{{target}} too slow"),
	).unit("short").fromZero().size(12, 8).
		forQuery("B", set("custom.drawStyle", "points"), set("custom.pointSize", 6), coloured(colourWorst))
}

func loadForecast() panel {
	return graph("Load in 30 days", about{
		means: "Tokens per minute, and the line of the range carried 30 days on from each instant.",
		moves: "load grows. It is left out where the range is shorter than three days, and is no forecast where" +
			" it is shorter than a few weeks.",
		metric: "firsttoken_tokens_total",
	},
		ask(loadNow, "{{target}}"),
		ask(
			"max by (target) (predict_linear(("+load30+")[$__range:30m], 30 * 86400)) > 0"+
				" and on () ("+rangeOfThreeDays+")",
			"{{target}} in 30 d",
		),
	).unit("short").fromZero().size(12, 8).forQuery("B", dashed(4, 8))
}
