package dashboards

import "github.com/firsttoken/firsttoken/alerts"

// fleetStates compares the last 30 minutes with the budget and with what would page.
func fleetStates() panel {
	burn := alerts.Burns().Over6h
	bad, allowed := alerts.RatioRecord(burn.Short)+"{SEL}", alerts.BudgetRecord+"{SEL}"
	page := alerts.ThresholdRecord(burn.Long) + "{SEL}"
	return states("SLO state", about{
		means: "Each objective of each target over time: whether the share of bad events in the last 30 minutes" +
			" was within the budget, above it, or above what pages.",
		moves:  "first tokens are late, streams are slow, or requests fail. A gap is a time without events.",
		metric: alerts.RatioRecord(burn.Short),
	},
		ask(eachSLO("("+bad+" > bool "+allowed+") + ("+bad+" > bool "+page+")"), "{{target}} · {{slo}}"),
	).valueNames(
		valueName{"0", "Within budget", colourGood},
		valueName{"1", "Above budget", colourWarn},
		valueName{"2", "Above the page threshold", colourWorst},
	).unit("none").linked(seriesTarget(alerts.SLOUID, "Open its error budget"))
}

// alertStates leaves out the prefix that all names have.
func alertStates() panel {
	return states("Alerts", about{
		means:  "Alerts of firsttoken while they fired.",
		moves:  "see their runbooks.",
		metric: "ALERTS",
	},
		ask(
			`max by (alert, target, slo) (label_replace(`+firing+
				`, "alert", "$1", "alertname", "`+alerts.Prefix+`(.+)"))`,
			"{{alert}} {{target}} {{slo}}",
		),
	).valueNames(valueName{"1", "Firing", colourWorst}).noData("No alerts").unit("none")
}
