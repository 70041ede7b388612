package alerts

import (
	"fmt"
	"time"
)

// Records of the service level indicators, each by job, target and slo.

// EventsRecord is the number of judged events in the window.
func EventsRecord(w Window) string { return "target_slo:firsttoken_slo_events:increase" + string(w) }

// BadRecord is how many of them were bad.
func BadRecord(w Window) string { return "target_slo:firsttoken_slo_bad_events:increase" + string(w) }

// RatioRecord is the share of bad events.
func RatioRecord(w Window) string { return "target_slo:firsttoken_slo_bad:ratio" + string(w) }

// WilsonRecord is the lower bound of that share.
func WilsonRecord(w Window) string { return "target_slo:firsttoken_slo_bad:wilson" + string(w) }

// ThresholdRecord is the share of bad events that alerts over the long window w.
func ThresholdRecord(w Window) string {
	return "target_slo:firsttoken_slo_burn_threshold:ratio" + string(w)
}

// BudgetRecord is the share of bad events that the objective allows; BudgetRemainingRecord what is
// left of it in the period, 1 when nothing was bad, below 0 when overspent.
const (
	BudgetRecord          = "target_slo:firsttoken_slo_error_budget:ratio"
	BudgetRemainingRecord = "target_slo:firsttoken_slo_error_budget_remaining:ratio" + string(BudgetPeriod)
)

// sloGroups has one group for each speed at which windows have to be looked at.
func sloGroups() []Group {
	burns := Burns()
	return []Group{
		{Name: "firsttoken-slo-objectives", Interval: time.Minute, Rules: objectiveRecords(burns)},
		{Name: "firsttoken-slo-1h", Interval: 30 * time.Second, Rules: burnRecords(burns[0])},
		{Name: "firsttoken-slo-6h", Interval: time.Minute, Rules: burnRecords(burns[1])},
		{Name: "firsttoken-slo-3d", Interval: 2 * time.Minute, Rules: slowRecords(burns[2], burns[3])},
		{Name: "firsttoken-slo-budget", Interval: 4 * time.Minute, Rules: append(
			shareRecords(BudgetStep)[:2],
			record(BudgetRemainingRecord, budgetRemaining()))},
	}
}

const budget = "1 - max by (" + bySLO + ") (firsttoken_slo_objective_ratio)"

func objectiveRecords(burns []Burn) []Rule {
	rules := []Rule{record(BudgetRecord, budget)}
	for _, b := range burns {
		rules = append(rules, record(ThresholdRecord(b.Long), b.threshold()))
	}
	return rules
}

func burnRecords(b Burn) []Rule {
	return append(append(shareRecords(b.Short), shareRecords(b.Long)...), boundRecord(b.Long))
}

// slowRecords leaves out the 6h shares, which the fast pair records.
func slowRecords(day, days Burn) []Rule {
	rules := burnRecords(day)
	rules = append(rules, shareRecords(days.Long)...)
	return append(rules, boundRecord(days.Long))
}

func shareRecords(w Window) []Rule {
	return []Rule{
		record(EventsRecord(w), increase(bySLO, "firsttoken_slo_events_total", w)),
		record(BadRecord(w), increase(bySLO, "firsttoken_slo_bad_events_total", w)),
		record(RatioRecord(w), fill(`
  $bad
/
  ($events > 0)`, "bad", BadRecord(w), "events", EventsRecord(w))),
	}
}

func boundRecord(w Window) Rule {
	return record(WilsonRecord(w), Wilson(BadRecord(w), EventsRecord(w), WilsonZ))
}

// Wilson is the PromQL of slo.WilsonLower(bad, events, z) over two vectors of the same labels, where
// there are events.
func Wilson(bad, events string, z float64) string {
	return fill(`
clamp_min(
  (
      ($bad + $half)
    -
      $z * sqrt($bad * clamp_min($events - $bad, 0) / ($events > 0) + $quarter)
  )
  /
  ($events + $zz),
  0
)`, "bad", bad, "events", events, "half", number(z*z/2), "quarter", number(z*z/4), "zz", number(z*z), "z", number(z))
}

// threshold of Burn; (a < b) or b is the smaller of two vectors.
func (b Burn) threshold() string {
	return fill(`
($factor * $budget < $most)
or
$most`, "factor", number(b.Factor), "budget", BudgetRecord,
		"most", fmt.Sprintf("clamp_min(%s + %s * %s, %s)", number(b.Floor), number(1-b.Floor), BudgetRecord, number(b.Cap)))
}

// Threshold is the share of bad events above which the pair alerts, given the error budget ε.
func (b Burn) Threshold(budget float64) float64 {
	return min(b.Factor*budget, max(b.Cap, b.Floor+(1-b.Floor)*budget))
}

// budgetRemaining sums the period up from short steps, since reading 30 days of every raw counter
// would cost many times as much. Steps that overlap weigh on both sums alike, so the interval at
// which they were recorded does not matter.
func budgetRemaining() string {
	return fill(`
1 -
  (
      sum_over_time($bad[$period])
    /
      (sum_over_time($events[$period]) > 0)
  )
  / $budget`, "bad", BadRecord(BudgetStep), "events", EventsRecord(BudgetStep), "period", string(BudgetPeriod), "budget", "("+budget+")")
}

func sloAlerts() []alert {
	burns := Burns()
	return []alert{
		{
			name: "SLOBurnFast", severity: Page, component: Endpoint,
			expr: burning(burns[0], burns[1]), wait: BurnFor, keep: BurnKeep,
			summary:   "{{ $labels.target }} misses its {{ $labels.slo }} objective fast enough to page",
			details:   burnDetails("5m", "1h", "6h"),
			dashboard: sloDashboard,
		},
		{
			name: "SLOBurnSlow", severity: Ticket, component: Endpoint,
			expr: burning(burns[2], burns[3]), wait: 15 * time.Minute, keep: 30 * time.Minute,
			summary:   "{{ $labels.target }} misses its {{ $labels.slo }} objective slowly but surely",
			details:   burnDetails("2h", "1d", "3d"),
			dashboard: sloDashboard,
		},
		{
			name: "SLOBudgetExhausted", severity: Ticket, component: Endpoint,
			expr: fill(`
(
  $left <= 0
and
  $events * $budget >= $least
)`, "left", BudgetRemainingRecord, "events", EventsRecord("3d"), "budget", BudgetRecord, "least", number(BudgetMinimumBad)),
			wait: 15 * time.Minute, keep: 30 * time.Minute,
			summary: "{{ $labels.target }} has no error budget left for {{ $labels.slo }}",
			details: "{{ $value | humanizePercentage }} of the " + string(BudgetPeriod) + " error budget is left (negative is overspent). Objective: " +
				ask("firsttoken_slo_objective_ratio", "humanizePercentage", "job", "target", "slo") +
				" of events good. Bad in the last 3d: " + ask(RatioRecord("3d"), "humanizePercentage", "job", "target", "slo") + ".",
			dashboard: sloDashboard,
		},
	}
}

func burning(pairs ...Burn) string {
	var expr string
	for i, b := range pairs {
		if i > 0 {
			expr += "\nor\n"
		}
		expr += fill(`
(
  $wilson > $threshold
and
  $short > $threshold
and
  $bad >= $few
)`, "wilson", WilsonRecord(b.Long), "threshold", ThresholdRecord(b.Long), "short", RatioRecord(b.Short),
			"bad", BadRecord(b.Long), "few", number(BurnBad))
	}
	return expr
}

func burnDetails(short, long, longer Window) string {
	share := func(w Window) string {
		return ask(RatioRecord(w), "humanizePercentage", "job", "target", "slo") + " in " + string(w)
	}
	return "At least {{ $value | humanizePercentage }} of {{ $labels.slo }} events are bad with 95 % confidence. Bad: " +
		share(short) + ", " + share(long) + ", " + share(longer) + "; the objective allows " +
		ask(BudgetRecord, "humanizePercentage", "job", "target", "slo") + ". Threshold of a good event (seconds for ttft, tokens per second for tps): " +
		ask("firsttoken_slo_threshold", "humanize", "job", "target", "slo") + "."
}
