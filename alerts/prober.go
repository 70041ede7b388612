package alerts

import "time"

// Of what the prober says about itself.
const (
	ScheduleLag = 100 * time.Millisecond
	receiveLag  = 20 * time.Millisecond
	lagFor      = 2 * time.Minute
	doubtKeep   = 15 * time.Minute // longer than the short window of a page remembers
	reloadFor   = 5 * time.Minute
	listWindow  = "10m"
	listFor     = 20 * time.Minute // two servers' restarts; Prometheus' own mixin waits as long
)

// Records about the prober itself.
const (
	ScheduleLagRecord = "instance:firsttoken_schedule_lag_seconds:mean5m"
	receiveLagRecord  = "instance:firsttoken_receive_lag_seconds:mean5m"
	selfCheckRecord   = "instance:firsttoken_selfcheck_error_seconds:mean5m"
	DoubtfulRecord    = "target:firsttoken_doubtful:bool" // 1 where the prober's numbers are in doubt, else absent
)

func proberRecords() []Rule {
	mean := func(name string) string { return histogram{name: name}.mean(byInstance, "5m", "") }
	return []Rule{
		record(ScheduleLagRecord, mean("firsttoken_schedule_lag_seconds")),
		record(receiveLagRecord, mean("firsttoken_receive_lag_seconds")),
		record(selfCheckRecord, mean("firsttoken_selfcheck_error_seconds")),
		pausedRecord(),
		record(DoubtfulRecord, fill(`
max by (job, target) (
    firsttoken_target_info
  and on (job, instance)
    (
      $untrustworthy
    or
      $lagging
    )
)`, values{"untrustworthy": untrustworthy, "lagging": lagging()})),
	}
}

const untrustworthy = "min by (job, instance) (firsttoken_trustworthy) == 0"

func lagging() string {
	return either(ScheduleLagRecord+" > "+seconds(ScheduleLag), receiveLagRecord+" > "+seconds(receiveLag))
}

func proberLagging() alert {
	return alert{
		name: "ProberLagging", severity: Warning, component: prober,
		expr: lagging(), wait: lagFor, keep: burnKeep,
		summary: "The prober {{ $labels.instance }} is too busy to measure well",
		details: "Lag is {{ $value | humanizeDuration }} on average. Schedule lag: " +
			lookup(ScheduleLagRecord, "humanizeDuration", byInstance) + ", receive lag: " +
			lookup(receiveLagRecord, "humanizeDuration", byInstance) + ". Its latencies are about itself.",
		dashboard: fleetDashboard,
	}
}

func proberUntrustworthy() alert {
	return alert{
		name: "ProberUntrustworthy", severity: Warning, component: prober,
		expr: untrustworthy, wait: lagFor, keep: burnKeep,
		summary: "The prober {{ $labels.instance }} doubts its own numbers",
		details: "firsttoken_trustworthy is {{ $value }}. Mean error of its self-check against a known delay: " +
			lookup(selfCheckRecord, "humanizeDuration", byInstance) + ".",
		dashboard: fleetDashboard,
	}
}

// targetDoubtful notifies nobody: Alertmanager inhibits other alerts by it.
func targetDoubtful() alert {
	return alert{
		name: "TargetDoubtful", severity: none, component: prober,
		expr: DoubtfulRecord + " > 0", keep: doubtKeep,
		summary: "What is said about {{ $labels.target }} is in doubt",
		details: "The prober of this target is lagging or says that it cannot be trusted ({{ $value }})." +
			" This alert tells nobody: it inhibits the pages about the target's latency.",
		dashboard: endpointDashboard,
	}
}

func configReloadFailed() alert {
	return alert{
		name: "ConfigReloadFailed", severity: Ticket, component: prober,
		expr: "max by (job, instance) (firsttoken_config_last_reload_successful) == 0", wait: reloadFor,
		summary: "The prober {{ $labels.instance }} runs on an old configuration",
		details: "Its last reload failed (firsttoken_config_last_reload_successful is {{ $value }}). Last success: " +
			lookup("firsttoken_config_last_reload_success_timestamp_seconds", "humanizeTimestamp", byInstance) + ".",
		dashboard: fleetDashboard,
	}
}

func discoveryFailing() alert {
	return alert{
		name: "DiscoveryFailing", severity: Ticket, component: prober,
		expr:    "sum by (job, instance, config) (increase(firsttoken_sd_refresh_failures_total[" + listWindow + "])) > 0",
		wait:    listFor,
		summary: "The prober {{ $labels.instance }} probes an old list of targets",
		details: "{{ $labels.config }} of its configuration cannot be refreshed ({{ $value | humanize }} failures in " +
			listWindow + "). Targets that have come since are not probed, and those that have gone fail.",
		dashboard: fleetDashboard,
	}
}
