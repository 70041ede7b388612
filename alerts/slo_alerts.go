package alerts

import (
	"time"
)

func (b builder) sloAlerts() []alert {
	return []alert{b.burnFast(), b.burnSlow(), b.budgetExhausted()}
}

func (b builder) burnFast() alert {
	quick, slow := b.Burns.Over1h, b.Burns.Over6h
	return alert{
		name: "SLOBurnFast", severity: Page, component: endpoint,
		expr: b.burning(quick, slow), wait: burnFor, keep: burnKeep,
		summary:   "{{ $labels.target }} misses its {{ $labels.slo }} objective fast enough to page",
		details:   b.burnDetails(quick.Short, quick.Long, slow.Long),
		dashboard: sloDashboard,
	}
}

func (b builder) burnSlow() alert {
	quick, slow := b.Burns.Over1d, b.Burns.Over3d
	return alert{
		name: "SLOBurnSlow", severity: Ticket, component: endpoint,
		expr: b.burning(quick, slow), wait: 15 * time.Minute, keep: 30 * time.Minute,
		summary:   "{{ $labels.target }} misses its {{ $labels.slo }} objective slowly but surely",
		details:   b.burnDetails(quick.Short, quick.Long, slow.Long),
		dashboard: sloDashboard,
	}
}

func (b builder) budgetExhausted() alert {
	recent := b.Burns.Over3d.Long
	return alert{
		name: "SLOBudgetExhausted", severity: Ticket, component: endpoint,
		expr: b.fill(`
(
  $left <= 0
and
  $events * $budget >= $least
and
  $seen >= $share
)`, values{
			"seen": BudgetSeenRecord, "share": number(BudgetSeenEnough),
			"left": BudgetRemainingRecord, "events": EventsRecord(recent), "budget": BudgetRecord,
			"least": number(budgetMinimumBad),
		}),
		wait: 15 * time.Minute, keep: 30 * time.Minute,
		summary: "{{ $labels.target }} has no error budget left for {{ $labels.slo }}",
		details: "{{ $value | humanizePercentage }} of the " + string(budgetPeriod) +
			" error budget is left (negative is overspent), of which " +
			lookup(BudgetSeenRecord, "humanizePercentage", b.bySLO) + " were watched. Objective: " +
			lookup("firsttoken_slo_objective_ratio", "humanizePercentage", b.bySLO) +
			" of events good. Bad in the last " + string(recent) + ": " +
			lookup(RatioRecord(recent), "humanizePercentage", b.bySLO) + ".",
		dashboard: sloDashboard,
	}
}

// burning is the condition of one alert over several pairs of windows.
func (b builder) burning(pairs ...Burn) string {
	var conditions []string
	for _, p := range pairs {
		conditions = append(conditions, b.fill(`
(
  $wilson > $threshold
and
  $short > $threshold
and
  $bad >= $few
)`, values{
			"wilson": wilsonRecord(p.Long), "threshold": ThresholdRecord(p.Long), "short": RatioRecord(p.Short),
			"bad": BadRecord(p.Long), "few": number(burnBad),
		}))
	}
	return either(conditions...)
}

func (b builder) burnDetails(short, long, longer Window) string {
	share := func(w Window) string {
		return lookup(RatioRecord(w), "humanizePercentage", b.bySLO) + " in " + string(w)
	}
	return "At least {{ $value | humanizePercentage }} of {{ $labels.slo }} events are bad" +
		" with 95 % confidence. Bad: " +
		share(short) + ", " + share(long) + ", " + share(longer) + "; the objective allows " +
		lookup(BudgetRecord, "humanizePercentage", b.bySLO) +
		". Threshold of a good event (seconds for ttft, tokens per second for tps): " +
		lookup("firsttoken_slo_threshold", "humanize", b.bySLO) + "."
}
