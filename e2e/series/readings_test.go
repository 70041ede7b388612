package series

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/template"
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/e2e/grafana"
)

// reading is an expression and where it stands.
type reading struct{ place, expr string }

// ruleReadings are the expressions of the shipped rules, and the queries that the texts of alerts make.
func ruleReadings(t *testing.T) []reading {
	t.Helper()
	var all []reading
	for _, r := range rules(t) {
		name := r.Record + r.Alert
		all = append(all, reading{name, r.Expr})
		for key, text := range r.Annotations {
			for _, expr := range asked(t, r, text) {
				all = append(all, reading{name + ", " + key, expr})
			}
		}
	}
	return all
}

// asked are the queries of an annotation, which Prometheus' own templates hand to us instead of to a server. Each
// is answered with one series, so that whatever is written for an answer is expanded too.
func asked(t *testing.T, r rulefmt.Rule, text string) []string {
	t.Helper()
	var all []string
	answer := func(_ context.Context, expr string, _ time.Time) (promql.Vector, error) {
		all = append(all, expr)
		return promql.Vector{{F: 1}}, nil
	}
	// What Prometheus itself puts before an alert's text.
	const definitions = "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}" +
		"{{$externalURL := .ExternalURL}}{{$value := .Value}}"
	data := template.AlertTemplateData(nil, nil, "", promql.Sample{F: 1})
	e := template.NewTemplateExpander(t.Context(), definitions+text, r.Alert, data, model.Time(0), answer, nil, nil)
	if _, err := e.Expand(); err != nil {
		t.Errorf("%s: %v", r.Alert, err)
	}
	return all
}

// panelReadings are the queries of the dashboards' panels, annotations and variables, with Grafana's variables
// filled in and in both forms of histograms.
func panelReadings(t *testing.T) []reading {
	t.Helper()
	dashboards, err := grafana.LoadAll("../../dashboards/json")
	if err != nil || len(dashboards) == 0 {
		t.Fatal("no dashboards", err)
	}
	var all []reading
	for _, d := range dashboards {
		for _, form := range []string{"_bucket{", "{"} {
			v := view(d, form)
			for _, p := range d.Every() {
				all = append(all, described(d, p)...)
				for _, q := range p.Targets {
					all = append(all, reading{d.Title + ", " + p.Title + ", " + q.RefID, v.Fill(q.Expr, time.Minute)})
				}
			}
			for _, a := range d.Annotations.List {
				all = append(all, reading{d.Title + ", annotation " + a.Name, v.Fill(a.Target.Expr, time.Minute)})
			}
			for _, x := range d.Templating.List {
				if selector, label, ok := x.LabelValues(); ok {
					expr := fmt.Sprintf("count by (%s) (%s)", label, v.Fill(selector, time.Minute))
					all = append(all, reading{d.Title + ", variable " + x.Name, expr})
				}
			}
		}
	}
	return all
}

// described are the metrics that the text behind a panel's i names.
func described(d grafana.Dashboard, p grafana.Panel) []reading {
	_, metrics, _ := strings.Cut(strings.TrimSuffix(p.Description, "`"), "\n\nMetric: `")
	var all []reading
	for name := range strings.SplitSeq(metrics, ", ") {
		all = append(all, reading{d.Title + ", " + p.Title + ", its description", name})
	}
	return all
}

// view is a dashboard as it opens, with every target chosen.
func view(d grafana.Dashboard, histograms string) grafana.View {
	values := map[string]string{}
	for _, x := range d.Templating.List {
		values[x.Name] = x.Current.Value
		if x.Type == "query" {
			values[x.Name] = ".*"
		}
	}
	values["histograms"] = histograms
	return grafana.View{At: time.Unix(0, 0), Range: 6 * time.Hour, Values: values}
}

// ours are the names that only a metric can have. Other words in a document's code may be anything.
var ours = regexp.MustCompile(`\b(?:(?:firsttoken|dcgm|go|process)_[a-z0-9_]+|(?:[a-z_]+:){1,2}[a-zA-Z0-9_]+)`)

// documentReadings are the pieces of code in a document that speak of a metric: as an expression if it is one, else
// by the names in it.
func documentReadings(t *testing.T, name string) []reading {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```.*?```")
	spans := regexp.MustCompile("`([^`\n]+)`").FindAllSubmatch(blocks.ReplaceAll(content, nil), -1)
	var all []reading
	for _, m := range spans {
		line := 1 + bytes.Count(content[:bytes.Index(content, m[0])], []byte("\n"))
		place := fmt.Sprintf("%s:%d", filepath.Base(name), line)
		code := string(m[1])
		if _, err := promQL().ParseExpr(code); err == nil {
			if ours.MatchString(code) {
				all = append(all, reading{place, code})
			}
			continue
		}
		for _, found := range ours.FindAllString(code, -1) {
			all = append(all, reading{place, found})
		}
	}
	return all
}

// inputReadings are the series that the rules' own tests make up.
func inputReadings(t *testing.T) []reading {
	t.Helper()
	names, err := filepath.Glob("../../alerts/tests/*.yml")
	if err != nil || len(names) == 0 {
		t.Fatal("no tests of rules", err)
	}
	var all []reading
	for _, name := range append(names, "../../alerts/gpu.rules.test.yml") {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Tests []struct {
				Input []struct{ Series string } `yaml:"input_series"`
			}
		}
		if err := yaml.Unmarshal(content, &file); err != nil {
			t.Fatal(err)
		}
		for _, test := range file.Tests {
			for _, input := range test.Input {
				all = append(all, reading{filepath.Base(name), strings.TrimSpace(input.Series)})
			}
		}
	}
	slices.SortFunc(all, func(a, b reading) int { return strings.Compare(a.place+a.expr, b.place+b.expr) })
	return slices.Compact(all)
}
