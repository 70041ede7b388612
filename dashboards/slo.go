package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/firsttoken/firsttoken/alerts"
)

const selSLO = `{SEL,slo=~"$slo"}`

// budget is the dashboard of objectives: how much may still go wrong, how fast that is being used up,
// and by whom. Windows, factors and thresholds are those of the alert rules.
func budget() Dashboard {
	return page{
		uid: SLOUID, title: "firsttoken / SLO and error budget", from: "now-24h", annotations: events(),
		variables: append(scope(), labelValues("slo", "SLO", `firsttoken_slo_objective_ratio{job=~"$job"}`, "slo", ".*", "Objective.")),
		about:     "Objectives, what is left of their error budgets, how fast they burn, and what burnt them.",
		sections: []section{
			{title: "Now", panels: append(budgetTiles(), budgetTable())},
			{title: "Burn rate", panels: burnPanels()},
			{title: "The budget over time", panels: []panel{budgetLine(), burnDown()}},
			{title: "Who ate the budget", panels: eaters()},
		},
	}.dashboard()
}

// attained is the share of good events over the budget's period, from what is left of the budget.
const attained = "1 - (1 - " + alerts.BudgetRemainingRecord + selSLO + ") * " + alerts.BudgetRecord + selSLO

func budgetTiles() []panel {
	burn := alerts.RatioRecord(alerts.Burns().Over1h.Long) + selSLO + " / " + alerts.BudgetRecord + selSLO
	return []panel{
		tile("Least attained, 30 d", about{"Share of good events in 30 days of the objective that is worst off against its own goal.", "events are bad.", alerts.BudgetRemainingRecord},
			ask("("+attained+")\nand\nbottomk(1, "+alerts.BudgetRemainingRecord+selSLO+")", "{{target}} {{slo}}")).unit("percentunit", 2).size(5, 4),
		tile("Least attained, 24 h", about{"Share of good events in 24 hours, of the objective that is worst off.", "events are bad.", alerts.RatioRecord(alerts.Burns().Over1d.Long)},
			ask("(1 - "+alerts.RatioRecord(alerts.Burns().Over1d.Long)+selSLO+")\nand\ntopk(1, "+alerts.RatioRecord(alerts.Burns().Over1d.Long)+selSLO+" / "+alerts.BudgetRecord+selSLO+")", "{{target}} {{slo}}")).unit("percentunit", 2).size(5, 4),
		tile("Least budget left", about{"What is left of the 30 days' error budget where least is left; below 0 it is overspent.", "events are bad, or bad ones leave the 30 days.", alerts.BudgetRemainingRecord},
			ask("bottomk(1, "+alerts.BudgetRemainingRecord+selSLO+")", "{{target}} {{slo}}")).unit("percentunit", 0).judged(budgetLeft()).size(5, 4),
		tile("Fastest burn, 1 h", about{"How many times faster than allowed the budget is being spent.", "the share of bad events changes.", alerts.RatioRecord(alerts.Burns().Over1h.Long)},
			ask("topk(1, "+burn+")", "{{target}} {{slo}}")).unit("suffix:×", 1).judged(burnColours()).size(5, 4),
		tile("Soonest exhausted", about{"When the first budget is spent if the last hour goes on: 30 days × what is left / burn rate.", "the burn rate of the last hour changes.", alerts.BudgetRemainingRecord + ", " + alerts.RatioRecord(alerts.Burns().Over1h.Long)},
			ask(fmt.Sprintf("bottomk(1, 30 * 86400 * clamp_min(%s, 0) / ((%s) > 0))", alerts.BudgetRemainingRecord+selSLO, burn), "{{target}} {{slo}}")).
			unit("s", 1).otherwise("Not burning").judged(steps(colourWorst, step{86400, colourBad}, step{3 * 86400, colourWarn}, step{30 * 86400, colourGood})).size(4, 4),
	}
}

// burnColours step where the alerts' factors do.
func burnColours() *dashboard.ThresholdsConfig {
	b := alerts.Burns()
	return steps(colourGood, step{1, colourWarn}, step{b.Over1d.Factor, colourBad}, step{b.Over6h.Factor, colourWorst})
}

func budgetTable() panel {
	by := func(expr string) string { return "max by (target, slo) (" + expr + ")" }
	burn := func(w alerts.Window) string {
		return by(alerts.RatioRecord(w) + selSLO + " / " + alerts.BudgetRecord + selSLO)
	}
	return grid("Objectives", about{"One row for each objective of each target. Burn is in budgets: 1 spends exactly the whole budget in its period.",
		"events are judged; the threshold is seconds for ttft and tokens per second for tps.", "firsttoken_slo_objective_ratio, firsttoken_slo_threshold, " + alerts.BudgetRemainingRecord},
		[][2]string{{"target", "Target"}, {"slo", "SLO"}},
		column{title: "Objective", expr: by("firsttoken_slo_objective_ratio" + selSLO), unit: "percentunit", decimals: 1},
		column{title: "Threshold", expr: by("firsttoken_slo_threshold" + selSLO), unit: "short", decimals: 1},
		column{title: "Events, 24 h", expr: by(alerts.EventsRecord(alerts.Burns().Over1d.Long) + selSLO), unit: "short", decimals: 0},
		column{title: "Attained, 24 h", expr: by("1 - " + alerts.RatioRecord(alerts.Burns().Over1d.Long) + selSLO), unit: "percentunit", decimals: 2},
		column{title: "Attained, 30 d", expr: by(attained), unit: "percentunit", decimals: 2},
		column{title: "Budget left", expr: by(alerts.BudgetRemainingRecord + selSLO), unit: "percentunit", judged: budgetLeft()},
		column{title: "Burn 5 m", expr: burn("5m"), unit: "suffix:×", decimals: 1, judged: burnColours()},
		column{title: "Burn 1 h", expr: burn("1h"), unit: "suffix:×", decimals: 1, judged: burnColours()},
		column{title: "Burn 6 h", expr: burn("6h"), unit: "suffix:×", decimals: 1, judged: burnColours()},
		column{title: "Burn 3 d", expr: burn("3d"), unit: "suffix:×", decimals: 1, judged: burnColours()},
	).linked(toTarget(TargetUID, "Open the target")).sortedBy("Budget left", false)
}

// burnPanels draw one pair of windows of the alerts each, with the threshold that the alert has: the
// factor, or the cap where the factor could never be reached.
func burnPanels() []panel {
	var panels []panel
	for _, b := range alerts.Burns().All() {
		of := func(record string) string {
			return "max by (target, slo) (" + record + selSLO + " / " + alerts.BudgetRecord + selSLO + ")"
		}
		panels = append(panels, graph(fmt.Sprintf("Burn over %s and %s (%s)", b.Long, b.Short, b.Severity), about{
			fmt.Sprintf("Budgets spent per period, over %s; dashed, the threshold of the %s: %s× the budget, or its cap for lenient objectives. The alert also wants the last %s and Wilson's lower bound above it.", b.Long, b.Severity, number(b.Factor), b.Short),
			"the share of bad events changes.", alerts.RatioRecord(b.Long) + ", " + alerts.ThresholdRecord(b.Long)},
			ask(of(alerts.RatioRecord(b.Long)), "{{target}} {{slo}}"),
			ask("min by (slo) ("+alerts.ThresholdRecord(b.Long)+selSLO+" / "+alerts.BudgetRecord+selSLO+")", "{{slo}} alerts above")).
			unit("suffix:×").fromZero().limit("B").size(6, 9).linked(seriesTarget(TargetUID, "Open the target")))
	}
	return panels
}

func budgetLine() panel {
	p := graph("Budget left, 30 days", about{"What is left of the error budget of the last 30 days. It goes below 0, and the axis with it.",
		"bad events come in, and leave after 30 days.", alerts.BudgetRemainingRecord},
		ask("max by (target, slo) ("+alerts.BudgetRemainingRecord+selSLO+")", "{{target}} {{slo}}"), ask("vector(0)", "spent")).
		unit("percentunit").limit("B").size(12, 9)
	return p
}

// burnDown counts from the first of the month, as the people do who are asked for a number in the
// month's review. Months are those of the time range's end, in UTC.
//
//	left = 1 − bad so far / (budget × events that the whole month will have, at the last day's pace)
func burnDown() panel {
	step := string(alerts.BudgetStep)
	month := func(record string) string {
		return "sum_over_time((" + record + selSLO + " and on () (month() == ${__to:date:M}))[31d:" + step + "])"
	}
	p := graph("Month burn-down", about{"The error budget of the calendar month (UTC): 1 on the first, and what is left of it since. A straight line to 0 on the last day would spend it exactly.",
		"bad events come in; it only falls, but for a change of load.", alerts.BadRecord(alerts.BudgetStep) + ", " + alerts.EventsRecord(alerts.BudgetStep)},
		ask("max by (target, slo) (1 - "+month(alerts.BadRecord(alerts.BudgetStep))+"\n/\n(avg_over_time("+alerts.EventsRecord(alerts.BudgetStep)+selSLO+"[1d]) * 144 * on () group_left () days_in_month() * "+alerts.BudgetRecord+selSLO+" > 0))", "{{target}} {{slo}}"),
		ask("1 - (day_of_month() - 1 + hour() / 24) / days_in_month()", "even pace")).
		unit("percentunit").limit("B").size(12, 9)
	p.TimeFrom, p.Interval = ptr("now/M"), ptr("30m")
	return p
}

func eaters() []panel {
	return []panel{
		ranking("Budget spent in the range, by objective", about{"Bad events in the range of the objectives that had most of them.", "see the burn rates for when.", alerts.BadRecord(alerts.BudgetStep)},
			ask("topk(10, sum by (target, slo) (sum_over_time("+alerts.BadRecord(alerts.BudgetStep)+selSLO+"[$__range:"+string(alerts.BudgetStep)+"])) > 0)", "{{target}} {{slo}}")).
			unit("short", 0).otherwise("Nothing bad").size(8, 9),
		ranking("Failed requests in the range, by outcome", about{"How requests ended that did not end well.", "see the alerts' runbooks by outcome.", "firsttoken_requests_total"},
			ask("topk(10, sum by (target, outcome) (increase(firsttoken_requests_total{SEL,"+failed+"}[$__range])) >= 1)", "{{target}} {{outcome}}")).
			unit("short", 0).otherwise("Nothing failed").size(8, 9),
		ranking("Slowest populations in the range", about{"p95 of time to first token as a share of the objective's limit, by cache and context: which kind of request is late.",
			"cold and long are slow by nature; warm ones above the limit are the cache's or a queue's doing.", "firsttoken_ttft_seconds, firsttoken_slo_threshold"},
			ask("topk(10, (histogram_quantile(0.95, sum by (le, target, cache, context) (rate(firsttoken_ttft_seconds${histograms}LAT}[$__range]))) >= 0) / on (target) group_left () "+ttftObjective+")", "{{target}} {{cache}} {{context}}")).
			unit("percentunit", 0).judged(ofObjective()).size(8, 9),
		alertStates(),
	}
}
