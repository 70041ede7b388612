package alerts

import (
	"slices"
	"time"
)

// Of what the prober says about itself.
const (
	ScheduleLag = 100 * time.Millisecond
	receiveLag  = 20 * time.Millisecond
	lagFor      = 2 * time.Minute
	doubtKeep   = 35 * time.Minute // longer than the short windows of pages remember
	reloadFor   = 5 * time.Minute
	listWindow  = "10m"
	listFor     = 20 * time.Minute // two servers' restarts; Prometheus' own mixin waits as long
)

// Records about the prober itself.
const (
	ScheduleLagRecord = "instance:firsttoken_schedule_lag_seconds:mean5m"
	receiveLagRecord  = "instance:firsttoken_receive_lag_seconds:mean5m"
	selfCheckRecord   = "instance:firsttoken_selfcheck_error_seconds:mean5m"
	DoubtfulRecord    = "target:firsttoken_doubtful:bool" // 1 where all of its probers are in doubt, else absent
)

func (b builder) proberRecords() []Rule {
	mean := func(name string) string { return histogram{name: name}.mean(b.byInstance, "5m") }
	return slices.Concat([]Rule{
		record(ScheduleLagRecord, mean("firsttoken_schedule_lag_seconds")),
		record(receiveLagRecord, mean("firsttoken_receive_lag_seconds")),
		record(selfCheckRecord, mean("firsttoken_selfcheck_error_seconds")),
		record(knownRecord, b.known()),
		b.pausedRecord(),
	}, b.replicaRecords(), []Rule{record(DoubtfulRecord, b.doubtful())})
}

// doubtful is true where every replica of a target is in doubt. It does not ask firsttoken_target_info, whose own label
// region is the target's, not the prober's.
func (b builder) doubtful() string {
	return b.fill(`
group by ($byTarget) (
    firsttoken_consecutive_failures
  and on ($byInstance)
    $doubt
)
unless on ($byTarget)
  (
      firsttoken_consecutive_failures
    unless on ($byInstance)
      $doubt
  )`, values{"doubt": inDoubtRecord})
}

func (b builder) untrustworthy() string {
	return b.fill("min by ($byInstance) (firsttoken_trustworthy) == 0", nil)
}

func lagging() string {
	return either(ScheduleLagRecord+" > "+seconds(ScheduleLag), receiveLagRecord+" > "+seconds(receiveLag))
}

func (b builder) proberLagging() alert {
	return alert{
		name: "ProberLagging", severity: Warning, component: prober,
		expr: lagging(), wait: lagFor, keep: burnKeep,
		summary: "The prober {{ $labels." + b.Replica + " }} is too busy to measure well",
		details: "Lag is {{ $value | humanizeDuration }} on average. Schedule lag: " +
			lookup(ScheduleLagRecord, "humanizeDuration", b.byInstance) + ", receive lag: " +
			lookup(receiveLagRecord, "humanizeDuration", b.byInstance) + ". Its latencies are about itself.",
		by:        b.byInstance,
		action:    "Give the prober more processor time, or divide its targets among more probers.",
		dashboard: fleetDashboard,
	}
}

func (b builder) proberUntrustworthy() alert {
	return alert{
		name: "ProberUntrustworthy", severity: Warning, component: prober,
		expr: b.untrustworthy(), wait: lagFor, keep: burnKeep,
		summary: "The prober {{ $labels." + b.Replica + " }} doubts its own numbers",
		details: "firsttoken_trustworthy is {{ $value }}. Mean error of its self-check against a known delay: " +
			lookup(selfCheckRecord, "humanizeDuration", b.byInstance) + ".",
		by:        b.byInstance,
		action:    "Read the prober's log: it says which of its own checks is out of bounds.",
		dashboard: fleetDashboard,
	}
}

// targetDoubtful notifies nobody: Alertmanager inhibits other alerts by it.
func (b builder) targetDoubtful() alert {
	return alert{
		name: "TargetDoubtful", severity: none, component: prober,
		expr: DoubtfulRecord + " > 0", keep: doubtKeep,
		summary: "What is said about {{ $labels.target }} is in doubt",
		details: "Every prober of this target is lagging or says that it cannot be trusted ({{ $value }})." +
			" This alert tells nobody: it inhibits the alerts about the target's latency.",
		by:        b.byTarget,
		action:    "Nothing to do here: see ProberLagging or ProberUntrustworthy of its probers.",
		dashboard: endpointDashboard,
	}
}

func (b builder) configReloadFailed() alert {
	return alert{
		name: "ConfigReloadFailed", severity: Ticket, component: prober,
		expr: b.fill("max by ($byInstance) (firsttoken_config_last_reload_successful) == 0", nil), wait: reloadFor,
		summary: "The prober {{ $labels." + b.Replica + " }} runs on an old configuration",
		details: "Its last reload failed (firsttoken_config_last_reload_successful is {{ $value }}). Last success: " +
			lookup("firsttoken_config_last_reload_success_timestamp_seconds", "humanizeTimestamp", b.byInstance) + ".",
		by:        b.byInstance,
		action:    "Run firsttoken check on its configuration: it names file and line.",
		dashboard: fleetDashboard,
	}
}

func (b builder) discoveryFailing() alert {
	return alert{
		name: "DiscoveryFailing", severity: Ticket, component: prober,
		expr: b.fill("sum by ($byInstance, config) (increase(firsttoken_sd_refresh_failures_total[$w])) > 0",
			values{"w": listWindow}),
		wait:    listFor,
		summary: "The prober {{ $labels." + b.Replica + " }} probes an old list of targets",
		details: "{{ $labels.config }} of its configuration cannot be refreshed ({{ $value | " + whole + " }} failures" +
			" in " + listWindow + "). Targets that have come since are not probed, and those that have gone fail.",
		by:        b.byInstance + ", config",
		action:    "For a file, run firsttoken check; for a server, curl the list's address from the prober's host.",
		dashboard: fleetDashboard,
	}
}
