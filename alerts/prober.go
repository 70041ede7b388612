package alerts

// Records about the prober itself.
const (
	ScheduleLagRecord = "instance:firsttoken_schedule_lag_seconds:mean5m"
	ReceiveLagRecord  = "instance:firsttoken_receive_lag_seconds:mean5m"
	SelfCheckRecord   = "instance:firsttoken_selfcheck_error_seconds:mean5m"
	DoubtfulRecord    = "target:firsttoken_doubtful:bool" // 1 for each target whose prober's numbers are in doubt, else absent
)

const byInstance = "job, instance"

func proberRecords() []Rule {
	return []Rule{
		record(ScheduleLagRecord, mean(byInstance, "firsttoken_schedule_lag_seconds", "", "5m", "")),
		record(ReceiveLagRecord, mean(byInstance, "firsttoken_receive_lag_seconds", "", "5m", "")),
		record(SelfCheckRecord, mean(byInstance, "firsttoken_selfcheck_error_seconds", "", "5m", "")),
		record(DoubtfulRecord, fill(`
max by (job, target) (
    firsttoken_target_info
  and on (job, instance)
    (
      $untrustworthy
    or
      $lagging
    )
)`, "untrustworthy", untrustworthy, "lagging", lagging())),
	}
}

const untrustworthy = "min by (job, instance) (firsttoken_trustworthy) == 0"

func lagging() string {
	return ScheduleLagRecord + " > " + seconds(ScheduleLag) + "\nor\n" + ReceiveLagRecord + " > " + seconds(ReceiveLag)
}

func proberAlerts() []alert {
	return []alert{
		watchdog(), proberDown(), noProbes(), probeBudgetExhausted(),
		{
			name: "ProberLagging", severity: Warning, component: Prober,
			expr: lagging(), wait: LagFor, keep: BurnKeep,
			summary: "The prober {{ $labels.instance }} is too busy to measure well",
			details: "Lag is {{ $value | humanizeDuration }} on average. Schedule lag: " + ask(ScheduleLagRecord, "humanizeDuration", "job", "instance") +
				", receive lag: " + ask(ReceiveLagRecord, "humanizeDuration", "job", "instance") + ". Its latencies are about itself.",
			dashboard: fleetDashboard,
		},
		{
			name: "ProberUntrustworthy", severity: Warning, component: Prober,
			expr: untrustworthy, wait: LagFor, keep: BurnKeep,
			summary: "The prober {{ $labels.instance }} doubts its own numbers",
			details: "firsttoken_trustworthy is {{ $value }}. Mean error of its self-check against a known delay: " +
				ask(SelfCheckRecord, "humanizeDuration", "job", "instance") + ".",
			dashboard: fleetDashboard,
		},
		{
			name: "TargetDoubtful", severity: None, component: Prober,
			expr: DoubtfulRecord + " > 0", keep: DoubtKeep,
			summary:   "What is said about {{ $labels.target }} is in doubt",
			details:   "The prober of this target is lagging or says that it cannot be trusted ({{ $value }}). This alert tells nobody: it inhibits the pages about the target's latency.",
			dashboard: endpointDashboard,
		},
		{
			name: "ConfigReloadFailed", severity: Ticket, component: Prober,
			expr: "max by (job, instance) (firsttoken_config_last_reload_successful) == 0", wait: ReloadFor,
			summary: "The prober {{ $labels.instance }} runs on an old configuration",
			details: "Its last reload failed (firsttoken_config_last_reload_successful is {{ $value }}). Last success: " +
				ask("firsttoken_config_last_reload_success_timestamp_seconds", "humanizeTimestamp", "job", "instance") + ".",
			dashboard: fleetDashboard,
		},
	}
}

func watchdog() alert {
	return alert{
		name: "Watchdog", severity: None, component: Prober,
		expr:      "vector(1)",
		summary:   "Alerting works",
		details:   "This alert always fires (value {{ $value }}). Send it to a dead man's switch, which tells you when it stops.",
		dashboard: fleetDashboard,
	}
}

// proberDown knows a prober by its build info, whatever its job is called.
func proberDown() alert {
	return alert{
		name: "ProberDown", severity: Page, component: Prober,
		expr: `
(
  max by (job, instance) (up) == 0
and on (job, instance)
  last_over_time(firsttoken_build_info[1h])
)
or
absent_over_time(firsttoken_build_info[10m])`[1:],
		wait:      ProberDownFor,
		summary:   "firsttoken {{ with $labels.instance }}{{ . }} {{ end }}cannot be scraped",
		details:   "No target of this prober is being watched, and no other alert about them can be believed (value {{ $value }}: 0 is a failed scrape, 1 no prober at all).",
		dashboard: fleetDashboard,
	}
}

func noProbes() alert {
	return alert{
		name: "NoProbes", severity: Ticket, component: Prober,
		expr: fill(`
sum by (job, target) (increase(firsttoken_requests_total[$w])) == 0
and
  max by (job, target) (firsttoken_tokens_per_minute_effective) > 0
unless
  sum by (job, target) (increase(firsttoken_turns_skipped_total{reason=~"paused|budget"}[$w])) > 0`, "w", string(NoProbesWindow)),
		wait:      NoProbesFor,
		summary:   "{{ $labels.target }} is not being probed",
		details:   "{{ $value }} turns ended in " + string(NoProbesWindow) + " though the load is set to " + ask("firsttoken_tokens_per_minute_effective", "humanize", "job", "target") + " tokens per minute.",
		dashboard: endpointDashboard,
	}
}

func probeBudgetExhausted() alert {
	return alert{
		name: "ProbeBudgetExhausted", severity: Ticket, component: Prober,
		expr: fill(`
sum by (job, target) (increase(firsttoken_turns_skipped_total{reason="budget"}[$w])) > 0
unless
  sum by (job, target) (increase(firsttoken_requests_total[$w])) > 0`, "w", string(BlindWindow)),
		wait:    BlindFor,
		summary: "{{ $labels.target }} is not being watched: the probing budget is spent",
		details: "{{ $value | humanize }} turns were skipped for want of budget in " + string(BlindWindow) +
			", and none was sent.",
		dashboard: endpointDashboard,
	}
}
