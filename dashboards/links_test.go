package dashboards

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/alerts"
)

// TestAlertsOpenADashboard: the links of the alerts name dashboards and variables that exist.
func TestAlertsOpenADashboard(t *testing.T) {
	have := map[string]map[string]bool{}
	for _, d := range all() {
		have[*d.Uid] = map[string]bool{}
		for _, v := range d.Templating.List {
			have[*d.Uid][v.Name] = true
		}
	}
	parameters := alerts.Defaults()
	parameters.Links.Dashboards = "https://x/d/"
	for _, r := range alerts.Alerts(parameters) {
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
