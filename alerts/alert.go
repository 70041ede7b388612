package alerts

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
)

// alert is one alerting rule before its links are known.
type alert struct {
	name      string
	severity  Severity
	component component
	expr      string
	wait      time.Duration // for which expr has to hold before the alert fires
	keep      time.Duration // for which the alert fires on after expr has ended
	summary   string
	details   string
	action    string // what to do first
	dashboard string // uid and variables
	// by lists the labels that the alert's series have, so that its links and texts can look up since when it holds.
	by string
	// before is how much of what came before the alert its link shows; 0 is an hour.
	before time.Duration
}

// whole is the format of a count: increase extrapolates, and makes 14.73 of 15 events.
const whole = `printf "%.0f"`

// Prefix of every alert's name, so that they stand together in an Alertmanager that others share.
const Prefix = "Firsttoken"

func (b builder) alertGroup(name string, alerts []alert) Group {
	g := Group{Name: name}
	for _, a := range alerts {
		g.Rules = append(g.Rules, b.alertRule(a))
	}
	return g
}

func (b builder) alertRule(a alert) Rule {
	name := Prefix + a.name
	severity, ok := b.Severities[name]
	if !ok {
		severity = a.severity
	}
	return Rule{
		Alert:  name,
		Expr:   a.expr,
		For:    model.Duration(a.wait),
		Keep:   model.Duration(a.keep),
		Labels: Labels{Severity: severity, Component: a.component, Extra: b.extraLabels()},
		Annotations: Annotations{
			Summary:      a.summary,
			Description:  a.description(),
			Action:       a.action,
			RunbookURL:   b.Links.runbook(name),
			DashboardURL: b.Links.Dashboards + a.link(),
			QueriesURL:   b.queriesURL(queries()[name]),
			PageURL:      b.Links.page(strings.Contains(a.by, "target")),
		},
	}
}

// each is a template that queries when the alert is sent and prints body for each result. $own in the query stands for
// the matchers of the alert's own values of the labels.
func each(query, labels, body string) string {
	matchers, args := ownMatchers(labels)
	query = strings.ReplaceAll(query, "$own", strings.Join(matchers, ","))
	return fmt.Sprintf(`{{ range printf %s%s | query }}%s{{ end }}`, strconv.Quote(query), args, body)
}

// ownMatchers are matchers with a %q for each of the labels, and the alert's values of them as arguments of printf.
func ownMatchers(labels string) (matchers []string, args string) {
	for l := range strings.SplitSeq(labels, ", ") {
		matchers = append(matchers, l+"=%q")
		args += " $labels." + l
	}
	return matchers, args
}

// query is a template that queries when the alert is sent and prints the first value by format, or otherwise when there
// is none. Each $own in the query stands for the matchers of the alert's own values of the labels.
func query(promql, format, labels, otherwise string) string {
	matchers, args := ownMatchers(labels)
	args = strings.Repeat(args, strings.Count(promql, "$own"))
	promql = strings.ReplaceAll(promql, "$own", strings.Join(matchers, ","))
	return fmt.Sprintf(`{{ with printf %s%s | query }}{{ . | first | value | %s }}{{ else }}%s{{ end }}`,
		strconv.Quote(promql), args, format, otherwise)
}

// valueOf is a query that prints "unknown" when there is no value.
func valueOf(promql, format, labels string) string { return query(promql, format, labels, "unknown") }

// lookup is a template that looks a series up when the alert is sent and prints its first value by
// format, or "unknown" when there is none. The series is restricted to the alert's own values of the
// labels, which are listed as in "job, target", and to matchers that it brings: name{period="day"}.
func lookup(series, format, labels string) string {
	name, own, _ := strings.Cut(strings.TrimSuffix(series, "}"), "{")
	if own != "" {
		own += ","
	}
	return valueOf(name+"{"+own+"$own}", format, labels)
}
