package alerts

import (
	"slices"
	"time"
)

func (b builder) sloAlerts() []alert {
	return []alert{b.burnFast(), b.burnSlow(), b.budgetExhausted()}
}

func (b builder) burnFast() alert {
	quick, slow := b.Burns.Over1h, b.Burns.Over6h
	return alert{
		name: "SLOBurnFast", severity: Page, component: endpoint,
		expr: b.explained(burningRecord), wait: burnFor, keep: burnKeep, by: b.bySLO, before: 6 * time.Hour,
		summary:   "{{ $labels.target }} misses its {{ $labels.slo }} objective fast enough to page",
		details:   b.burnDetails(quick.Short, quick.Long, slow.Long),
		action:    burnAction,
		dashboard: sloDashboard,
	}
}

// burnAction is the way to the server's own words.
const burnAction = "Open the dashboard and see which outcomes and which contexts are bad; firsttoken once" +
	" {{ $labels.target }} shows one turn and what the server says."

// explained leaves out what a worse trouble of the same target explains: one cause is one page.
func (b builder) explained(burning string) string { return b.unlessDown(b.availabilityFirst(burning)) }

// explainedLatency does so for a page about latency that is not of an objective. While all probers of the target are in
// doubt, there is none.
func (b builder) explainedLatency(expr string) string {
	return b.unlessDown(b.fill(`
$expr
unless on ($byTarget)
  last_over_time($burning{slo="availability"}[$memory])
unless on ($byTarget)
  $doubtful`, values{
		"expr": bracketed(expr), "burning": burningRecord, "memory": string(oneCause), "doubtful": DoubtfulRecord,
	}))
}

// unlessDown leaves out targets that are down: they miss every objective. That holds until the short windows have
// forgotten it, or a page would follow the recovery.
func (b builder) unlessDown(expr string) string {
	if slices.Contains(b.Omit, Prefix+"TargetDown") {
		return expr
	}
	return b.fill(`
$expr
unless on ($byTarget)
  last_over_time($down[$memory])`, values{"expr": bracketed(expr), "down": downRecord, "memory": string(oneCause)})
}

// availabilityFirst leaves out latency where availability burns, or did so a while ago: what fails has no first token
// in time, and no rate.
func (b builder) availabilityFirst(burning string) string {
	return b.fill(`
$burning
unless on ($bySLO)
  (
      $burning{slo=~"ttft|tps"}
    and on ($byTarget)
      last_over_time($burning{slo="availability"}[$memory])
  )`, values{"burning": burning, "memory": string(oneCause)})
}

// agreed leaves out targets about which probers disagree, or did while the short window of a ticket remembers it: there
// is a ticket about the prober.
func (b builder) agreed(burning string) string {
	return b.fill(`
$burning
unless on ($byTarget)
  max by ($byTarget) (last_over_time($disagrees[$w]))`, values{
		"burning": bracketed(burning), "disagrees": disagreesRecord, "w": string(b.Burns.Over1d.Short),
	})
}

func (b builder) burnSlow() alert {
	quick, slow := b.Burns.Over1d, b.Burns.Over3d
	return alert{
		name: "SLOBurnSlow", severity: Ticket, component: endpoint,
		expr: b.agreed(b.availabilityFirst(burningSlowlyRecord)), wait: 15 * time.Minute, keep: 30 * time.Minute,
		by: b.bySLO, before: 72 * time.Hour,
		summary:   "{{ $labels.target }} misses its {{ $labels.slo }} objective slowly but surely",
		details:   b.burnDetails(quick.Short, quick.Long, slow.Long),
		action:    burnAction,
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
		wait: 15 * time.Minute, keep: 30 * time.Minute, by: b.bySLO, before: 30 * 24 * time.Hour,
		summary: "{{ $labels.target }} has no error budget left for {{ $labels.slo }}",
		details: "{{ $value | humanizePercentage }} of the " + string(budgetPeriod) +
			" error budget is left (negative is overspent), of which " +
			lookup(BudgetSeenRecord, "humanizePercentage", b.bySLO) + " were watched. Objective: " +
			lookup("firsttoken_slo_objective_ratio", "humanizePercentage", b.bySLO) +
			" of events good. Bad in the last " + string(recent) + ": " +
			lookup(RatioRecord(recent), "humanizePercentage", b.bySLO) + ".",
		action: "See on the dashboard when it was spent: in one incident, or a little every day." +
			" Change the objective only if nobody missed what it promises.",
		dashboard: sloDashboard,
	}
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
