package alerts

import "time"

// Of the alerts that nothing is measured.
const (
	proberDownFor  = 5 * time.Minute
	noProbesWindow = Window("30m")
	noProbesFor    = 10 * time.Minute
	blindWindow    = Window("15m")
	blindFor       = 5 * time.Minute
)

func (b builder) watchdog() alert {
	return alert{
		name: "Watchdog", severity: none, component: prober,
		expr:    "vector(1)",
		summary: "Alerting works",
		details: "This alert always fires (value {{ $value }})." +
			" Send it to a dead man's switch, which tells you when it stops.",
		dashboard: fleetDashboard,
	}
}

// proberDown knows a prober by its build info, whatever its job is called.
func (b builder) proberDown() alert {
	return alert{
		name: "ProberDown", severity: Page, component: prober,
		expr: b.fill(`
(
  max by ($byInstance) (up) == 0
and on ($byInstance)
  last_over_time(firsttoken_build_info[1h])
)
or
absent_over_time(firsttoken_build_info[10m])`, nil),
		wait:    proberDownFor,
		summary: "firsttoken {{ with $labels." + b.Replica + " }}{{ . }} {{ end }}cannot be scraped",
		details: "No target of this prober is being watched, and no other alert about them can be believed" +
			" (value {{ $value }}: 0 is a failed scrape, 1 no prober at all).",
		dashboard: fleetDashboard,
	}
}

func (b builder) noProbes() alert {
	return alert{
		name: "NoProbes", severity: Ticket, component: prober,
		expr: b.unlessPaused(b.fill(`
sum by ($byTarget) (increase(firsttoken_requests_total[$w])) == 0
and
  max by ($byTarget) (firsttoken_tokens_per_minute_effective) > 0
unless
  sum by ($byTarget) (increase(firsttoken_turns_skipped_total{reason="budget"}[$w])) > 0`,
			values{"w": string(noProbesWindow)})),
		wait:    noProbesFor,
		summary: "{{ $labels.target }} is not being probed",
		details: "{{ $value }} turns ended in " + string(noProbesWindow) + " though the load is set to " +
			lookup("firsttoken_tokens_per_minute_effective", "humanize", b.byTarget) + " tokens per minute.",
		dashboard: endpointDashboard,
	}
}

func (b builder) probeBudgetExhausted() alert {
	return alert{
		name: "ProbeBudgetExhausted", severity: Ticket, component: prober,
		expr: b.unlessPaused(b.fill(`
sum by ($byTarget) (increase(firsttoken_turns_skipped_total{reason="budget"}[$w])) > 0
unless
  sum by ($byTarget) (increase(firsttoken_requests_total[$w])) > 0`, values{"w": string(blindWindow)})),
		wait:    blindFor,
		summary: "{{ $labels.target }} is not being watched: the probing budget is spent",
		details: "{{ $value | humanize }} turns were skipped for want of budget in " + string(blindWindow) +
			", and none was sent. Spent: " + b.spentToday("dollars") + " dollars and " + b.spentToday("tokens") + " tokens today.",
		dashboard: endpointDashboard,
	}
}

// spentToday is "12.3 of 30", of the cap of a day.
func (b builder) spentToday(unit string) string {
	day := `{period="day"}`
	return lookup("firsttoken_budget_spent_"+unit+day, "humanize", b.byTarget) + " of " +
		lookup("firsttoken_budget_limit_"+unit+day, "humanize", b.byTarget)
}
