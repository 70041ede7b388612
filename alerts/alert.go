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
	dashboard string // uid and variables
}

// Prefix of every alert's name, so that they stand together in an Alertmanager that others share.
const Prefix = "Firsttoken"

func alertGroup(name string, links Links, alerts []alert) Group {
	g := Group{Name: name}
	for _, a := range alerts {
		g.Rules = append(g.Rules, a.rule(links))
	}
	return g
}

func (a alert) rule(links Links) Rule {
	name := Prefix + a.name
	return Rule{
		Alert:  name,
		Expr:   a.expr,
		For:    model.Duration(a.wait),
		Keep:   model.Duration(a.keep),
		Labels: Labels{Severity: a.severity, Component: a.component},
		Annotations: Annotations{
			Summary:      a.summary,
			Description:  a.details,
			RunbookURL:   links.runbook(name),
			DashboardURL: links.Dashboards + a.dashboard,
		},
	}
}

// lookup is a template that looks a series up when the alert is sent and prints its first value by
// format, or "unknown" when there is none. The series is restricted to the alert's own values of the
// labels, which are listed as in "job, target", and to matchers that it brings: name{period="day"}.
func lookup(series, format, labels string) string {
	name, own, _ := strings.Cut(strings.TrimSuffix(series, "}"), "{")
	matchers, args := []string{}, ""
	if own != "" {
		matchers = append(matchers, own)
	}
	for l := range strings.SplitSeq(labels, ", ") {
		matchers = append(matchers, l+"=%q")
		args += " $labels." + l
	}
	selector := strconv.Quote(name + "{" + strings.Join(matchers, ",") + "}")
	return fmt.Sprintf(`{{ with printf %s%s | query }}{{ . | first | value | %s }}{{ else }}unknown{{ end }}`,
		selector, args, format)
}
