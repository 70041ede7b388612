package alerts

import (
	"fmt"
	"strings"
	"time"
)

// alert is one alerting rule before its links are known.
type alert struct {
	name      string
	severity  Severity
	component Component
	expr      string
	wait      time.Duration
	keep      time.Duration
	summary   string
	details   string
	dashboard string // uid and variables
}

// Prefix of every alert's name, so that they stand together in an Alertmanager that others share.
const Prefix = "Firsttoken"

// Uids of the dashboards that alerts link to, with the variables that their labels fill.
const (
	fleetDashboard    = "firsttoken-fleet"
	endpointDashboard = "firsttoken-endpoint?var-target={{ $labels.target }}"
	sloDashboard      = "firsttoken-slo?var-target={{ $labels.target }}&var-slo={{ $labels.slo }}"
	capacityDashboard = "firsttoken-capacity?var-target={{ $labels.target }}"
	gpuDashboard      = "firsttoken-gpu?var-target={{ $labels.target }}"
)

func alertGroup(name string, links Links, alerts []alert) Group {
	g := Group{Name: name}
	for _, a := range alerts {
		g.Rules = append(g.Rules, a.rule(links))
	}
	return g
}

func (a alert) rule(links Links) Rule {
	return Rule{
		Alert:  Prefix + a.name,
		Expr:   a.expr,
		For:    a.wait,
		Keep:   a.keep,
		Labels: []Pair{{"severity", string(a.severity)}, {"component", string(a.component)}},
		Annotations: []Pair{
			{"summary", a.summary},
			{"description", a.details},
			{"runbook_url", links.Runbooks + "#" + strings.ToLower(Prefix+a.name)},
			{"dashboard_url", links.Dashboards + a.dashboard},
		},
	}
}

// ask is a template that looks a series up when the alert is sent, restricted to the alert's own
// values of the labels, and prints its first value by format; nothing when there is no such series.
func ask(series, format string, labels ...string) string {
	var match, args strings.Builder
	for _, l := range labels {
		fmt.Fprintf(&match, "%s=%%q,", l)
		fmt.Fprintf(&args, " $labels.%s", l)
	}
	return fmt.Sprintf(`{{ with printf "%s{%s}"%s | query }}{{ . | first | value | %s }}{{ else }}unknown{{ end }}`,
		series, strings.TrimSuffix(match.String(), ","), args.String(), format)
}
