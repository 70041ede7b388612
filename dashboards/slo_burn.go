package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/firsttoken/firsttoken/alerts"
)

// burnColours step where the alerts' factors do.
func burnColours() *dashboard.ThresholdsConfig {
	b := alerts.Burns()
	return steps(colourGood, step{1, colourWarn}, step{b.Over1d.Factor, colourBad}, step{b.Over6h.Factor, colourWorst})
}

// burnPanels draw one pair of windows of the alerts each.
func burnPanels() []panel {
	var panels []panel
	for _, b := range alerts.Burns().All() {
		panels = append(panels, burnPanel(b))
	}
	return panels
}

// burnPanel draws the burn rate of a pair with the threshold that the alert has: the factor, or the
// cap where the factor could never be reached.
func burnPanel(b alerts.Burn) panel {
	threshold := alerts.ThresholdRecord(b.Long)
	return graph(fmt.Sprintf("Burn over %s and %s (%s)", b.Long, b.Short, b.Severity), about{
		means: fmt.Sprintf("Budgets spent per period, over %s; dashed, the threshold of the %s: %s× the budget,"+
			" or its cap for lenient objectives. The alert also wants the last %s and Wilson's lower bound above it.",
			b.Long, b.Severity, number(b.Factor), b.Short),
		moves:  "the share of bad events changes.",
		metric: alerts.RatioRecord(b.Long) + ", " + threshold,
	},
		ask(eachSLO(burnRate(b.Long, selSLO)), bySLO),
		ask("min by (slo) ("+threshold+selSLO+" / "+alerts.BudgetRecord+selSLO+")", "{{slo}} alerts above"),
	).unit("suffix:×").fromZero().limit("B").size(6, 9).linked(seriesTarget(alerts.EndpointUID, "Open the target"))
}

func budgetLine() panel {
	return graph("Budget left, 30 days", about{
		means:  "What is left of the error budget of the last 30 days. It goes below 0, and the axis with it.",
		moves:  "bad events come in, and leave after 30 days.",
		metric: alerts.BudgetRemainingRecord,
	},
		ask(eachSLO(alerts.BudgetRemainingRecord+selSLO), bySLO),
		ask("vector(0)", "spent"),
	).unit("percentunit").limit("B").size(12, 9)
}

// burnDown counts from the first of the month, for people who are asked for a number in the month's
// review. Months are those of the time range's end, in UTC.
//
//	left = 1 − bad so far / (budget × events that the whole month will have, at the last day's pace)
func burnDown() panel {
	bad, events := alerts.BadRecord(alerts.BudgetStep), alerts.EventsRecord(alerts.BudgetStep)
	badSoFar := "sum_over_time((" + bad + selSLO + " and on () (month() == ${__to:date:M}))[31d:" +
		string(alerts.BudgetStep) + "])"
	allowed := "(avg_over_time(" + events + selSLO + "[1d]) * 144 * on () group_left () days_in_month() * " +
		alerts.BudgetRecord + selSLO + " > 0)"
	p := graph("Month burn-down", about{
		means: "The error budget of the calendar month (UTC): 1 on the first, and what is left of it since." +
			" A straight line to 0 on the last day would spend it exactly.",
		moves:  "bad events come in; it only falls, but for a change of load.",
		metric: bad + ", " + events,
	},
		ask(eachSLO("1 - "+badSoFar+"\n/\n"+allowed), bySLO),
		ask("1 - (day_of_month() - 1 + hour() / 24) / days_in_month()", "even pace"),
	).unit("percentunit").limit("B").size(12, 9)
	p.TimeFrom, p.Interval = new("now/M"), new("30m")
	return p
}
