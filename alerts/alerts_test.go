package alerts_test

import (
	"bytes"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/alerts"
)

func all() []alerts.Group { return alerts.Groups(alerts.DefaultLinks()) }

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t *testing.T, b []byte, into any) {
	t.Helper()
	if err := yaml.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// TestFilesAreTheTable: what is committed is what the table says now, in both forms.
func TestFilesAreTheTable(t *testing.T) {
	plain, err := alerts.Plain(all())
	if err != nil {
		t.Fatal(err)
	}
	resource, err := alerts.PrometheusRule(all(), read(t, "gpu.rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{"firsttoken.rules.yml": plain, "prometheusrule.yml": resource} {
		if !bytes.Equal(read(t, name), want) {
			t.Errorf("%s is stale: go generate ./alerts", name)
		}
	}
}

// TestFormsAgree decodes both committed files without knowing how they were made.
func TestFormsAgree(t *testing.T) {
	type groups struct {
		Groups []map[string]any `yaml:"groups"`
	}
	var plain, gpus groups
	var resource struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string `yaml:"kind"`
		Spec       groups `yaml:"spec"`
	}
	parse(t, read(t, "firsttoken.rules.yml"), &plain)
	parse(t, read(t, "gpu.rules.yml"), &gpus)
	parse(t, read(t, "prometheusrule.yml"), &resource)
	if resource.APIVersion != "monitoring.coreos.com/v1" || resource.Kind != "PrometheusRule" {
		t.Errorf("it is a %s %s", resource.APIVersion, resource.Kind)
	}
	want, err := yaml.Marshal(append(plain.Groups, gpus.Groups...))
	if err != nil {
		t.Fatal(err)
	}
	got, err := yaml.Marshal(resource.Spec.Groups)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the PrometheusRule has other groups than the two rule files")
	}
}

func TestEveryAlertSaysWhatAReaderNeeds(t *testing.T) {
	severities := []string{"page", "ticket", "warning", "none"}
	components := []string{"endpoint", "engine", "gpu", "prober"}
	for _, r := range alerts.Alerts(alerts.DefaultLinks()) {
		if s, _ := r.Label("severity"); !slices.Contains(severities, s) {
			t.Errorf("%s: severity %q", r.Alert, s)
		}
		if c, _ := r.Label("component"); !slices.Contains(components, c) {
			t.Errorf("%s: component %q", r.Alert, c)
		}
		for _, name := range []string{"summary", "description", "runbook_url", "dashboard_url"} {
			if v, ok := r.Annotation(name); !ok || v == "" {
				t.Errorf("%s has no %s", r.Alert, name)
			}
		}
		if d, _ := r.Annotation("description"); !strings.Contains(d, "$value") {
			t.Errorf("%s: the description does not say the value", r.Alert)
		}
		if !strings.HasPrefix(r.Alert, alerts.Prefix) {
			t.Errorf("%s lacks the prefix %s", r.Alert, alerts.Prefix)
		}
	}
}

// TestRunbooks: each alert's link leads to a section that answers the four questions, and no section is left over.
func TestRunbooks(t *testing.T) {
	sections := map[string]string{}
	for _, part := range strings.Split(string(read(t, "../docs/runbooks.md")), "\n## ")[1:] {
		title, text, _ := strings.Cut(part, "\n")
		if strings.HasPrefix(title, alerts.Prefix) {
			sections[strings.ToLower(title)] = text
		}
	}
	for _, r := range alerts.Alerts(alerts.DefaultLinks()) {
		link, _ := r.Annotation("runbook_url")
		_, anchor, _ := strings.Cut(link, "#")
		text, ok := sections[anchor]
		if !ok {
			t.Errorf("%s: no section %s", r.Alert, anchor)
		}
		for _, part := range []string{"**What it means.**", "**Tell apart.**", "**What to do.**", "**Silence.**", "ngine", "etwork", "GPU", "rober"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s: the section says nothing of %q", r.Alert, part)
			}
		}
		delete(sections, anchor)
	}
	if len(sections) > 0 {
		t.Errorf("sections without an alert: %v", slices.Sorted(maps.Keys(sections)))
	}
}

type testFile struct {
	Order []string `yaml:"group_eval_order"`
	Files []string `yaml:"rule_files"`
	Tests []struct {
		Series []any `yaml:"input_series"`
		Exprs  []struct {
			Expr    string `yaml:"expr"`
			Samples []any  `yaml:"exp_samples"`
		} `yaml:"promql_expr_test"`
	} `yaml:"tests"`
}

// TestEveryAlertIsTested: by promtool, for firing, for not firing, and where nothing is scraped at all.
func TestEveryAlertIsTested(t *testing.T) {
	files, err := filepath.Glob("tests/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatal("no test files", err)
	}
	fires, quiet, absent := map[string]bool{}, map[string]bool{}, map[string]bool{}
	named := regexp.MustCompile(`alertname="(\w+)"`)
	for _, name := range files {
		var f testFile
		parse(t, read(t, name), &f)
		ordered(t, name, f)
		for _, test := range f.Tests {
			for _, e := range test.Exprs {
				m := named.FindStringSubmatch(e.Expr)
				switch {
				case m == nil:
				case len(e.Samples) > 0:
					fires[m[1]] = true
				default:
					quiet[m[1]] = true
				}
				if m != nil && len(test.Series) == 0 {
					absent[m[1]] = true
				}
			}
		}
	}
	for _, r := range alerts.Alerts(alerts.DefaultLinks()) {
		if !fires[r.Alert] || !absent[r.Alert] || !quiet[r.Alert] && r.Alert != alerts.Prefix+"Watchdog" {
			t.Errorf("%s: tested for firing %t, for not firing %t, without series %t", r.Alert, fires[r.Alert], quiet[r.Alert], absent[r.Alert])
		}
		delete(fires, r.Alert)
		delete(quiet, r.Alert)
	}
	if len(fires)+len(quiet) > 0 {
		t.Errorf("tests of alerts that do not exist: %v %v", fires, quiet)
	}
}

// ordered holds a test file to all groups in their order: promtool evaluates groups at random otherwise.
func ordered(t *testing.T, name string, f testFile) {
	t.Helper()
	var want []string
	for _, file := range f.Files {
		var rules struct {
			Groups []struct {
				Name string `yaml:"name"`
			} `yaml:"groups"`
		}
		parse(t, read(t, filepath.Join("tests", file)), &rules)
		for _, g := range rules.Groups {
			want = append(want, g.Name)
		}
	}
	if !slices.Equal(f.Order, want) {
		t.Errorf("%s: group_eval_order is %v, the groups are %v", name, f.Order, want)
	}
}

// TestNoRuleNeedsClassicHistograms: a server that ingests native histograms has no buckets, and neither
// _sum nor _count of histograms without the other form beside them.
func TestNoRuleNeedsClassicHistograms(t *testing.T) {
	for _, g := range all() {
		for _, r := range g.Rules {
			if strings.Contains(r.Expr, "_bucket") || strings.Contains(r.Expr, "histogram_quantile") {
				t.Errorf("%s%s reads buckets", r.Record, r.Alert)
			}
			if strings.Contains(r.Expr, "_seconds_sum") && !strings.Contains(r.Expr, "histogram_sum") {
				t.Errorf("%s%s reads only the classic form", r.Record, r.Alert)
			}
		}
	}
}

// TestThresholdsCanBeReached: for any objective a threshold lies above the budget and below all bad,
// so that it can fire and does not fire at the objective itself.
func TestThresholdsCanBeReached(t *testing.T) {
	for _, b := range alerts.Burns() {
		for _, objective := range []float64{0.5, 0.75, 0.9, 0.93, 0.95, 0.99, 0.999, 0.9999} {
			budget := 1 - objective
			got := b.Threshold(budget)
			if !(got < 1) || got < budget || b.Factor > 1 && got <= budget {
				t.Errorf("%s: objective %v has threshold %v", b.Long, objective, got)
			}
		}
	}
	for _, row := range []struct{ budget, want float64 }{
		{0.001, 0.0144}, // the textbook's 14.4 times
		{0.01, 0.144},   // the same
		{0.05, 0.35},    // capped: 0.72 would be the textbook's, and 7 % would be out of reach
		{0.25, 0.40},    // the floor, 0.25 + 0.2·0.75
	} {
		if got := alerts.Burns()[0].Threshold(row.budget); math.Abs(got-row.want) > 1e-12 {
			t.Errorf("threshold at a budget of %v is %v, want %v", row.budget, got, row.want)
		}
	}
}

func TestWindowDuration(t *testing.T) {
	for _, row := range []struct {
		w    alerts.Window
		want time.Duration
		ok   bool
	}{
		{"5m", 5 * time.Minute, true},
		{"30d", 720 * time.Hour, true},
		{"164h", 164 * time.Hour, true},
		{"", 0, false},
		{"m", 0, false},     // no number
		{"5", 0, false},     // no unit
		{"1h30m", 0, false}, // two units
	} {
		if got, ok := row.w.Duration(); ok != row.ok || ok && got != row.want {
			t.Errorf("%q is %v, %t", row.w, got, ok)
		}
	}
}

// TestInhibition: the example names alerts that exist.
func TestInhibition(t *testing.T) {
	var names []string
	for _, r := range alerts.Alerts(alerts.DefaultLinks()) {
		names = append(names, r.Alert)
	}
	example := string(read(t, "alertmanager.example.yml"))
	for _, m := range regexp.MustCompile(alerts.Prefix+`[\w.+]+`).FindAllString(example, -1) {
		re := regexp.MustCompile("^" + m + "$")
		if !slices.ContainsFunc(names, re.MatchString) {
			t.Errorf("the example configuration names %s, which is no alert", m)
		}
	}
}
