package alerts

import (
	"time"

	"github.com/prometheus/common/model"
)

// Group is a rule group, evaluated in order.
type Group struct {
	Name     string
	Interval time.Duration // 0 is the server's own evaluation interval
	Rules    []Rule
}

// Rule records when Record is set, else it alerts.
type Rule struct {
	Record string
	Alert  string
	Expr   string
	For    time.Duration
	Keep   time.Duration // keep_firing_for, since Prometheus 2.42
	Labels []Pair
	// Annotations in the order in which a person reads them.
	Annotations []Pair
}

// Pair is a label or an annotation.
type Pair struct{ Name, Value string }

// Label is the value of a label; false when the rule does not set it.
func (r Rule) Label(name string) (string, bool) { return find(r.Labels, name) }

// Annotation is the value of an annotation; false when there is none of that name.
func (r Rule) Annotation(name string) (string, bool) { return find(r.Annotations, name) }

func find(pairs []Pair, name string) (string, bool) {
	for _, p := range pairs {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

// Links are where alerts point to.
type Links struct {
	Runbooks   string // an alert's section is this plus # and its name in lower case
	Dashboards string // a dashboard is this plus its uid
}

// DefaultLinks point to this project's runbooks and to a Grafana that everyone has to replace by
// their own: go run ./alerts/generate -dashboards=https://grafana.my.org/d/
func DefaultLinks() Links {
	return Links{
		Runbooks:   "https://github.com/firsttoken/firsttoken/blob/main/docs/runbooks.md",
		Dashboards: "https://grafana.example.com/d/",
	}
}

// Groups are all rule groups, records before the alerts that read them.
func Groups(links Links) []Group {
	groups := sloGroups()
	groups = append(groups, regressionGroups()...)
	groups = append(groups, Group{Name: "firsttoken-tps", Interval: time.Minute, Rules: tpsRecords()})
	groups = append(groups, Group{Name: "firsttoken-saturation", Interval: time.Minute, Rules: saturationRecords()})
	groups = append(groups, Group{Name: "firsttoken-prefix-cache", Interval: time.Minute, Rules: cacheRecords()})
	groups = append(groups, Group{Name: "firsttoken-engines", Rules: engineRecords()})
	groups = append(groups, Group{Name: "firsttoken-gpus", Rules: gpuRecords()})
	groups = append(groups, Group{Name: "firsttoken-prober", Rules: proberRecords()})
	return append(groups,
		alertGroup("firsttoken-alerts-slo", links, sloAlerts()),
		alertGroup("firsttoken-alerts-endpoint", links, endpointAlerts()),
		alertGroup("firsttoken-alerts-engine", links, engineAlerts()),
		alertGroup("firsttoken-alerts-gpu", links, gpuAlerts()),
		alertGroup("firsttoken-alerts-prober", links, proberAlerts()),
	)
}

// Alerts are the alerting rules of all groups.
func Alerts(links Links) []Rule {
	var rules []Rule
	for _, g := range Groups(links) {
		for _, r := range g.Rules {
			if r.Alert != "" {
				rules = append(rules, r)
			}
		}
	}
	return rules
}

func record(name, expr string) Rule { return Rule{Record: name, Expr: expr} }

func duration(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return model.Duration(d).String()
}
