package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/stat"
)

// Confidence and period of the error-budget alerts.
const (
	WilsonZ          = stat.Z95      // one-sided 95 %
	budgetPeriod     = Window("30d") // for which an objective is promised
	BudgetStep       = Window("10m") // the steps from which the period is summed up
	budgetMinimumBad = 5             // bad events that the budget has to amount to before it can be spent
	burnBad          = 3             // bad events in the long window, at least: one failed first probe proves nothing
	burnFor          = 2 * time.Minute
	burnKeep         = 10 * time.Minute
)

// Records of the service level indicators, each by target and slo.

// EventsRecord is the number of judged events in the window.
func EventsRecord(w Window) string { return "target_slo:firsttoken_slo_events:increase" + string(w) }

// BadRecord is how many of them were bad.
func BadRecord(w Window) string { return "target_slo:firsttoken_slo_bad_events:increase" + string(w) }

// RatioRecord is the share of bad events.
func RatioRecord(w Window) string { return "target_slo:firsttoken_slo_bad:ratio" + string(w) }

// wilsonRecord is the lower bound of that share.
func wilsonRecord(w Window) string { return "target_slo:firsttoken_slo_bad:wilson" + string(w) }

// ThresholdRecord is the share of bad events that alerts over the long window w.
func ThresholdRecord(w Window) string {
	return "target_slo:firsttoken_slo_burn_threshold:ratio" + string(w)
}

// BudgetRecord is the share of bad events that the objective allows. BudgetRemainingRecord is what is
// left of it in the period: 1 when nothing was bad, below 0 when it is overspent.
const (
	BudgetRecord          = "target_slo:firsttoken_slo_error_budget:ratio"
	BudgetRemainingRecord = "target_slo:firsttoken_slo_error_budget_remaining:ratio" + string(budgetPeriod)
)

// BudgetSeenRecord is the share of the period of which there are records: less than 1 for a target that is younger, and
// in a Prometheus that is younger or keeps less. BudgetSeenEnough is from where on an alert speaks of the period.
const (
	BudgetSeenRecord = "target_slo:firsttoken_slo_events_seen:ratio" + string(budgetPeriod)
	BudgetSeenEnough = 0.8
)

func (b builder) budget() string {
	return b.fill("1 - max by ($bySLO) (firsttoken_slo_objective_ratio)", nil)
}

// sloGroups has one group for each interval at which windows have to be evaluated.
func (b builder) sloGroups() []Group {
	const second, minute = model.Duration(time.Second), model.Duration(time.Minute)
	burns := b.Burns
	return []Group{
		{Name: "firsttoken-slo-objectives", Interval: minute, Rules: b.objectiveRecords(burns)},
		{Name: "firsttoken-slo-" + string(burns.Over1h.Long), Interval: 30 * second, Rules: b.burnRecords(burns.Over1h)},
		{Name: "firsttoken-slo-" + string(burns.Over6h.Long), Interval: minute, Rules: b.burnRecords(burns.Over6h)},
		{Name: "firsttoken-slo-" + string(burns.Over3d.Long), Interval: 2 * minute, Rules: slices.Concat(
			b.burnRecords(burns.Over1d), b.burnRecords(burns.Over3d),
		)},
		{Name: "firsttoken-slo-budget", Interval: 4 * minute, Rules: append(
			b.eventRecords(BudgetStep),
			record(BudgetRemainingRecord, b.budgetRemaining()),
			record(BudgetSeenRecord, budgetSeen()),
		)},
	}
}

func (b builder) objectiveRecords(burns BurnTable) []Rule {
	rules := []Rule{record(BudgetRecord, b.budget())}
	for i, pair := range burns.All() {
		rules = append(rules, record(ThresholdRecord(pair.Long), b.thresholds(i, pair)))
	}
	return rules
}

// thresholds of a row of the table: those of the indicators that have limits of their own, then of all others.
func (b builder) thresholds(row int, pair Burn) string {
	own := b.slos()
	if len(own) == 0 {
		return pair.threshold(BudgetRecord)
	}
	var parts []string
	for _, name := range own {
		part := pair.with(b.SLOs[name].all()[row]).threshold(BudgetRecord + fmt.Sprintf("{slo=%q}", name))
		parts = append(parts, part)
	}
	parts = append(parts, pair.threshold(BudgetRecord+fmt.Sprintf("{slo!~%q}", strings.Join(own, "|"))))
	return either(parts...)
}

// burnRecords are those of both windows; Groups drops what another pair has recorded.
func (b builder) burnRecords(pair Burn) []Rule {
	bound := Wilson(BadRecord(pair.Long), EventsRecord(pair.Long), WilsonZ)
	return slices.Concat(
		b.shareRecords(pair.Short), b.shareRecords(pair.Long), []Rule{record(wilsonRecord(pair.Long), bound)},
	)
}

func (b builder) eventRecords(w Window) []Rule {
	return []Rule{
		record(EventsRecord(w), increase(b.bySLO, "firsttoken_slo_events_total", w)),
		record(BadRecord(w), increase(b.bySLO, "firsttoken_slo_bad_events_total", w)),
	}
}

func (b builder) shareRecords(w Window) []Rule {
	return append(b.eventRecords(w), record(RatioRecord(w), b.fill(`
  $bad
/
  ($events > 0)`, values{"bad": BadRecord(w), "events": EventsRecord(w)})))
}

// Wilson is the PromQL of stat.WilsonLower(bad, events, z) over two vectors of the same labels, where
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
)`, values{
		"bad": bad, "events": events,
		"z": number(z), "zz": number(z * z), "half": number(z * z / 2), "quarter": number(z * z / 4),
	})
}

// budgetRemaining sums the period up from short steps, since reading 30 days of every raw counter
// would cost many times as much. Steps that overlap weigh on both sums alike, so the interval at
// which they were recorded does not matter.
func (b builder) budgetRemaining() string {
	return b.fill(`
1 -
  (
      sum_over_time($bad[$period])
    /
      (sum_over_time($events[$period]) > 0)
  )
  / ($budget)`, values{
		"bad": BadRecord(BudgetStep), "events": EventsRecord(BudgetStep),
		"period": string(budgetPeriod), "budget": b.budget(),
	})
}

// budgetSeen counts the hours that have a record, at whatever interval they were recorded.
func budgetSeen() string {
	period, _ := budgetPeriod.Duration()
	return fill("count_over_time($events[$period:1h]) / $hours", values{
		"events": EventsRecord(BudgetStep), "period": string(budgetPeriod), "hours": number(period.Hours()),
	})
}
