package alerts

import "time"

const (
	downFailures  = 5 // in a row, of all replicas together: at 10 % of failures by chance, once in 70 days at one a minute
	downConfirmed = 2 // of them at each replica that can see
	downSilence   = 120 * time.Second
	// downKeep is longer than it takes to say that the prober is gone, so that its death does not resolve the page.
	downKeep = 10 * time.Minute
)

func (b builder) targetDown() alert {
	const outcomes = "sum by (outcome) (increase(firsttoken_requests_total{$own,outcome!=\"ok\"}[15m])) > 0.5"
	return alert{
		name: "TargetDown", severity: Page, component: endpoint, by: b.byTarget,
		expr:    b.unlessPaused(downRecord),
		keep:    downKeep,
		summary: "{{ $labels.target }} is down: no good answer to the last requests",
		details: "{{ $value | " + whole + " }} requests failed in a row. Failures in the last 15m:" +
			each(outcomes, b.byTarget, " {{ .Value | "+whole+" }} {{ .Labels.outcome }}") + ". Last good answer: " +
			b.lastSuccess() + ".",
		action: "See what the server says: firsttoken once {{ $labels.target }}, and its last words on firsttoken's page." +
			" If other targets of the same network are down too, begin with the network.",
		dashboard: endpointDashboard,
	}
}

// lastSuccess is the time of the last good answer, which no prober may ever have had.
func (b builder) lastSuccess() string {
	return query("max(floor(firsttoken_last_success_timestamp_seconds{$own})) > 0", "humanizeTimestamp", b.byTarget,
		"never")
}
