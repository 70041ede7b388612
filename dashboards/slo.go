package dashboards

import "github.com/firsttoken/firsttoken/alerts"

const selSLO = `{SEL,slo=~"$slo"}`

// budget is the dashboard of objectives: how much may still go wrong, how fast that is being used up,
// and by what. Windows, factors and thresholds are those of the alert rules.
func budget() model {
	return page{
		uid: alerts.SLOUID, title: "firsttoken / SLO and error budget", from: "now-24h", annotations: events(),
		variables: append(scope(), labelValues{
			name: "slo", title: "SLO", series: `firsttoken_slo_objective_ratio{job=~"$job"}`, label: "slo", all: ".*",
			description: "Objective.",
		}.variable()),
		about: "Objectives, what is left of their error budgets, how fast they burn, and what burnt them.",
		sections: []section{
			{title: "Now", panels: append(budgetTiles(), budgetTable())},
			{title: "Burn rate", panels: burnPanels()},
			{title: "The budget over time", panels: []panel{budgetLine(), burnDown()}},
			{title: "Who ate the budget", panels: budgetSpenders()},
		},
	}.dashboard()
}

// bySLO is the legend of one line for each objective of each target, eachSLO its expression.
const bySLO = "{{target}} {{slo}}"

func eachSLO(expr string) string { return "max by (target, slo) (" + expr + ")" }

// watchedFor is how much of the budget's period has records, in seconds.
const watchedFor = "30 * 86400 * " + alerts.BudgetSeenRecord + selSLO

// attained is the share of good events over the budget's period, from what is left of the budget.
const attained = "1 - (1 - " + alerts.BudgetRemainingRecord + selSLO + ") * " + alerts.BudgetRecord + selSLO
