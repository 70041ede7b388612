package alerts

import (
	"time"
)

func sloAlerts() []alert {
	return []alert{burnFast(), burnSlow(), budgetExhausted()}
}

func burnFast() alert {
	quick, slow := Burns().Over1h, Burns().Over6h
	return alert{
		name: "SLOBurnFast", severity: Page, component: endpoint,
		expr: burning(quick, slow), wait: burnFor, keep: burnKeep,
		summary:   "{{ $labels.target }} misses its {{ $labels.slo }} objective fast enough to page",
		details:   burnDetails(quick.Short, quick.Long, slow.Long),
		dashboard: sloDashboard,
	}
}

func burnSlow() alert {
	quick, slow := Burns().Over1d, Burns().Over3d
	return alert{
		name: "SLOBurnSlow", severity: Ticket, component: endpoint,
		expr: burning(quick, slow), wait: 15 * time.Minute, keep: 30 * time.Minute,
		summary:   "{{ $labels.target }} misses its {{ $labels.slo }} objective slowly but surely",
		details:   burnDetails(quick.Short, quick.Long, slow.Long),
		dashboard: sloDashboard,
	}
}

func budgetExhausted() alert {
	recent := Burns().Over3d.Long
	return alert{
		name: "SLOBudgetExhausted", severity: Ticket, component: endpoint,
		expr: fill(`
(
  $left <= 0
and
  $events * $budget >= $least
)`, values{
			"left": BudgetRemainingRecord, "events": EventsRecord(recent), "budget": BudgetRecord,
			"least": number(budgetMinimumBad),
		}),
		wait: 15 * time.Minute, keep: 30 * time.Minute,
		summary: "{{ $labels.target }} has no error budget left for {{ $labels.slo }}",
		details: "{{ $value | humanizePercentage }} of the " + string(budgetPeriod) +
			" error budget is left (negative is overspent). Objective: " +
			lookup("firsttoken_slo_objective_ratio", "humanizePercentage", bySLO) +
			" of events good. Bad in the last " + string(recent) + ": " +
			lookup(RatioRecord(recent), "humanizePercentage", bySLO) + ".",
		dashboard: sloDashboard,
	}
}

// burning is the condition of one alert over several pairs of windows.
func burning(pairs ...Burn) string {
	var conditions []string
	for _, b := range pairs {
		conditions = append(conditions, fill(`
(
  $wilson > $threshold
and
  $short > $threshold
and
  $bad >= $few
)`, values{
			"wilson": wilsonRecord(b.Long), "threshold": ThresholdRecord(b.Long), "short": RatioRecord(b.Short),
			"bad": BadRecord(b.Long), "few": number(burnBad),
		}))
	}
	return either(conditions...)
}

func burnDetails(short, long, longer Window) string {
	share := func(w Window) string {
		return lookup(RatioRecord(w), "humanizePercentage", bySLO) + " in " + string(w)
	}
	return "At least {{ $value | humanizePercentage }} of {{ $labels.slo }} events are bad" +
		" with 95 % confidence. Bad: " +
		share(short) + ", " + share(long) + ", " + share(longer) + "; the objective allows " +
		lookup(BudgetRecord, "humanizePercentage", bySLO) +
		". Threshold of a good event (seconds for ttft, tokens per second for tps): " +
		lookup("firsttoken_slo_threshold", "humanize", bySLO) + "."
}
