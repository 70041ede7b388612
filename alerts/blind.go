package alerts

import "time"

// Of the alerts that nothing is measured.
const (
	proberDownFor  = 5 * time.Minute
	knownMemory    = Window("1d") // of a Prometheus that was away itself
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
		action: "Nothing to do: it always fires. If your dead man's switch says that it has stopped, repair Prometheus or" +
			" Alertmanager.",
		dashboard: fleetDashboard,
	}
}

// knownRecord is 1 for each prober that there is, and for each that was there until its scrapes failed, for as long as
// Prometheus lists it: for weeks.
const knownRecord = "instance:firsttoken_prober_known:bool"

func (b builder) known() string {
	return b.fill(`
group by ($byInstance) (firsttoken_build_info)
or
group by ($byInstance) (
    last_over_time($known[$memory])
  and on ($byInstance)
    up == 0
)`, values{"known": knownRecord, "memory": string(knownMemory)})
}

// proberDown knows a prober by its build info, whatever its job is called.
func (b builder) proberDown() alert {
	conditions := []string{b.fill(`
(
  max by ($byInstance) (up) == 0
and on ($byInstance)
  $known
)`, values{"known": knownRecord}), "absent_over_time(firsttoken_build_info[10m])"}
	if b.Probers > 0 {
		conditions = append(conditions, b.tooFewProbers())
	}
	return alert{
		name: "ProberDown", severity: Page, component: prober, by: b.byInstance,
		expr: either(conditions...),
		wait: proberDownFor,
		summary: "firsttoken {{ with $labels." + b.Replica + " }}{{ . }} cannot be scraped" +
			"{{ else }}lacks probers: {{ if $labels.job }}too few of them{{ else }}there is none at all{{ end }}{{ end }}",
		details: "No target of this prober is being watched by it. A pair goes on with the other one; without it, no alert" +
			" about a target can be believed, nor its absence (value {{ $value }}: 0 is a failed scrape, otherwise how many" +
			" probers there are, or 1 if Prometheus knows of none).",
		action: "See whether the process runs (systemctl status firsttoken, kubectl get pods) and whether Prometheus" +
			" reaches it: curl http://{{ with $labels." + b.Replica + " }}{{ . }}{{ else }}HOST:9977{{ end }}/-/healthy",
		dashboard: fleetDashboard,
	}
}

// tooFewProbers also sees a group of which Prometheus no longer lists anything. It forgets the group after a month.
func (b builder) tooFewProbers() string {
	return b.fill(`
count by ($byGroup) (firsttoken_build_info) < $probers
or
(
  0 * max by ($byGroup) (max_over_time(group by ($byGroup) (firsttoken_build_info)[30d:1h]))
unless on ($byGroup)
  firsttoken_build_info
)`, values{"probers": number(float64(b.Probers))})
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
		wait: noProbesFor, by: b.byTarget,
		summary: "{{ $labels.target }} is not being probed",
		details: "{{ $value | " + whole + " }} turns ended in " + string(noProbesWindow) + " though the load is set to " +
			lookup("firsttoken_tokens_per_minute_effective", "humanize", b.byTarget) + " tokens per minute.",
		action:    "Read the prober's log, and turns_skipped by reason on the dashboard: it says what holds the turns back.",
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
		wait: blindFor, by: b.byTarget,
		summary: "{{ $labels.target }} is not being watched: the probing budget is spent",
		details: "{{ $value | " + whole + " }} turns were skipped for want of budget in " + string(blindWindow) +
			", and none was sent. Spent: " + b.spentToday("dollars") + " dollars and " + b.spentToday("tokens") +
			" tokens today.",
		action:    "See what was spent and when it begins anew: firsttoken budget. Raise the cap, or lower the load.",
		dashboard: endpointDashboard,
	}
}

// spentToday is "12.3 of 30", of the cap of a day.
func (b builder) spentToday(unit string) string {
	day := `{period="day"}`
	return lookup("firsttoken_budget_spent_"+unit+day, "humanize", b.byTarget) + " of " +
		lookup("firsttoken_budget_limit_"+unit+day, "humanize", b.byTarget)
}
