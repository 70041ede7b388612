package alerts

import "time"

// Of the alert on a server that departs from its dialect.
const (
	quirkWindow = Window("1h")
	quirkShare  = 0.05
	quirkLeast  = 3 // answers
	quirkFor    = 15 * time.Minute
	lostWindow  = Window("15m")
)

func (b builder) offDialect() alert {
	return alert{
		name: "OffDialect", severity: Warning, component: endpoint,
		expr: b.fill(`
$quirks
/ on ($byTarget) group_left ()
(sum by ($byTarget) (increase(firsttoken_requests_total{outcome="ok"}[$w])) > 0)
> $share
and
  $quirks >= $least`, values{
			"quirks": increase(b.byTarget+", quirk", "firsttoken_quirks_total", quirkWindow),
			"w":      string(quirkWindow), "share": number(quirkShare), "least": number(quirkLeast),
		}),
		wait: quirkFor, keep: burnKeep,
		summary: "{{ $labels.target }} departs from its dialect: {{ $labels.quirk }}",
		details: "{{ $value | humanizePercentage }} of the good answers of the last " + string(quirkWindow) +
			" did so. What that takes away is in no series: see the runbook.",
		by: b.byTarget + ", quirk", before: 24 * time.Hour,
		action:    "Look the quirk up in docs/accuracy.md: it says which number is missing because of it.",
		dashboard: endpointDashboard,
	}
}

func (b builder) resultsLost() alert {
	return alert{
		name: "ResultsLost", severity: Warning, component: prober,
		expr: b.fill("sum by ($byInstance, reason) (increase(firsttoken_results_lost_total[$w])) > 0",
			values{"w": string(lostWindow)}),
		keep:    burnKeep,
		summary: "Results of the prober {{ $labels." + b.Replica + " }} are missing from its results file",
		details: "{{ $value | " + whole + " }} results of the last " + string(lostWindow) + " were lost:" +
			" {{ $labels.reason }}. The metrics have them.",
		by:        b.byInstance + ", reason",
		action:    "Look at the disk of the results file: full, slow, or read-only.",
		dashboard: fleetDashboard,
	}
}
