package alerts

import "time"

const (
	downFailures = 5 // in a row: at 10 % of failures by chance, once in 70 days at one probe a minute
	downSilence  = 120 * time.Second
)

func (b builder) targetDown() alert {
	const outcomes = "sum by (outcome) (increase(firsttoken_requests_total{$own}[15m])) > 0.5"
	return alert{
		name: "TargetDown", severity: Page, component: endpoint,
		// unless, because a target that never answered has no last success to compare with.
		expr: b.unlessPaused(b.fill(`
max by ($byTarget) (firsttoken_consecutive_failures) >= $failures
unless
  time() - max by ($byTarget) (firsttoken_last_success_timestamp_seconds) <= $silence`,
			values{"failures": number(downFailures), "silence": seconds(downSilence)})),
		keep:    5 * time.Minute,
		summary: "{{ $labels.target }} does not answer",
		details: "{{ $value | humanize }} turns failed in a row. Outcomes in the last 15m:" +
			each(outcomes, b.byTarget, " {{ .Value | humanize }} {{ .Labels.outcome }}") + ". Last success: " +
			lookup("firsttoken_last_success_timestamp_seconds", "humanizeTimestamp", b.byTarget) + ".",
		dashboard: endpointDashboard,
	}
}
