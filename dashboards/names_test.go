package dashboards

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/alerts"
)

// TestVariables: whatever an expression, a title or a link refers to exists.
func TestVariables(t *testing.T) {
	own := map[string]bool{"1": true} // the first group of a label_replace; the others are Grafana's
	for _, name := range []string{"rate_interval", "range", "range_s", "to", "url_time_range", "data", "field", "all"} {
		own["__"+name] = true
	}
	reference := regexp.MustCompile(`\$\{?(\w+)`)
	for _, d := range all() {
		have := map[string]bool{}
		for _, v := range d.Templating.List {
			for _, m := range reference.FindAllStringSubmatch(*v.Query.String, -1) {
				if !have[m[1]] && !own[m[1]] {
					t.Errorf("%s: variable %s asks for $%s, which is not before it", *d.Title, v.Name, m[1])
				}
			}
			have[v.Name] = true
			if v.Description == nil || *v.Description == "" {
				t.Errorf("%s: variable %s says nothing of itself", *d.Title, v.Name)
			}
		}
		content, err := encode(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range reference.FindAllStringSubmatch(string(content), -1) {
			if !have[m[1]] && !own[m[1]] {
				t.Errorf("%s: there is no variable $%s", *d.Title, m[1])
			}
		}
		for _, want := range []string{
			"datasource", "job", "target", "engine", "model", "context", "cache", "window", "histograms",
		} {
			if !have[want] {
				t.Errorf("%s has no variable %s", *d.Title, want)
			}
		}
	}
}

// TestAlertsOpenADashboard: the links of the alerts name dashboards and variables that exist.
func TestAlertsOpenADashboard(t *testing.T) {
	have := map[string]map[string]bool{}
	for _, d := range all() {
		have[*d.Uid] = map[string]bool{}
		for _, v := range d.Templating.List {
			have[*d.Uid][v.Name] = true
		}
	}
	for _, r := range alerts.Alerts(alerts.Links{Dashboards: "https://x/d/"}) {
		uid, query, _ := strings.Cut(strings.TrimPrefix(r.Annotations.DashboardURL, "https://x/d/"), "?")
		if have[uid] == nil {
			t.Errorf("%s links to %q, which does not exist", r.Alert, uid)
			continue
		}
		for _, m := range regexp.MustCompile(`var-(\w+)=`).FindAllStringSubmatch(query, -1) {
			if !have[uid][m[1]] {
				t.Errorf("%s sets %s, which %s does not have", r.Alert, m[1], uid)
			}
		}
	}
}

// TestLinksKeep: the way from one dashboard to the next keeps the time range and the variables.
func TestLinksKeep(t *testing.T) {
	for _, d := range all() {
		if len(d.Links) != 1 {
			t.Fatalf("%s has %d links", *d.Title, len(d.Links))
		}
		if l := d.Links[0]; !l.IncludeVars || !l.KeepTime || !slices.Equal(l.Tags, d.Tags) {
			t.Errorf("%s: %+v does not lead to the others", *d.Title, l)
		}
		for _, p := range every(d) {
			for _, l := range p.FieldConfig.Defaults.Links {
				for _, want := range []string{
					"var-target=", "${__url_time_range}", "${datasource:queryparam}",
					"${job:queryparam}", "${window:queryparam}", "${histograms:queryparam}",
				} {
					if !strings.Contains(*l.Url, want) {
						t.Errorf("%s, %s: the link %q loses %s", *d.Title, *p.Title, *l.Url, want)
					}
				}
			}
		}
	}
}
