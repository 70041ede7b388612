package mixin

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-jsonnet"
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/alerts"
)

// evaluated is what the mixin gives.
type evaluated struct {
	Rules, Alerts struct {
		Groups []any `json:"groups"`
	}
	Dashboards map[string]any
}

// evaluate the mixin of a folder with a config on top of its own.
func evaluate(t *testing.T, folder, mixin, config string) evaluated {
	t.Helper()
	vm := jsonnet.MakeVM()
	vm.Importer(&jsonnet.FileImporter{JPaths: []string{folder}})
	text, err := vm.EvaluateAnonymousSnippet("test.jsonnet",
		"local m = (import '"+mixin+"') + { _config+:: "+config+" };\n"+
			"{ Rules: m.prometheusRules, Alerts: m.prometheusAlerts,"+
			" Dashboards: if std.objectHasAll(m, 'grafanaDashboards') then m.grafanaDashboards else {} }")
	if err != nil {
		t.Fatal(err)
	}
	var got evaluated
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

// written are the groups of the PrometheusRule that `firsttoken rules` writes by these parameters.
func written(t *testing.T, p alerts.Parameters) []any {
	t.Helper()
	if errs := p.Validate(); len(errs) > 0 {
		t.Fatal(errs)
	}
	files, err := alerts.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(files, func(f alerts.File) bool { return f.Path == "prometheusrule.yml" })
	var resource struct {
		Spec struct {
			Groups []any `yaml:"groups"`
		} `yaml:"spec"`
	}
	if err := yaml.Unmarshal(files[i].Content, &resource); err != nil {
		t.Fatal(err)
	}
	return resource.Spec.Groups
}

// compare groups by their names.
func compare(t *testing.T, got evaluated, want []any) {
	t.Helper()
	name := func(group any) string { return group.(map[string]any)["name"].(string) }
	all := map[string]any{}
	for _, g := range slices.Concat(got.Rules.Groups, got.Alerts.Groups) {
		all[name(g)] = g
	}
	if len(all) != len(want) || len(want) < 5 {
		t.Errorf("%d groups of the mixin, %d of firsttoken rules", len(all), len(want))
	}
	for _, g := range want {
		if mine := all[name(g)]; !reflect.DeepEqual(mine, g) {
			t.Errorf("%s: the mixin has\n%v\nfirsttoken rules writes\n%v", name(g), mine, g)
		}
	}
}

// TestMixinEqualsRules: whoever changes the config gets what the same parameters give.
func TestMixinEqualsRules(t *testing.T) {
	for _, row := range []struct {
		name, config string
		change       func(*alerts.Parameters)
	}{
		{name: "the defaults", config: "{}", change: func(*alerts.Parameters) {}},
		{
			name: "labels, severities, links",
			config: `{ aggregation: ['cluster', 'job'], replica: 'pod', severities: { FirsttokenSLOBurnSlow: 'warning' },
				runbooks: 'https://wiki.example.org/ft', dashboards: 'https://g.example.org/d/', pages: 'http://ft:9977/' }`,
			change: func(p *alerts.Parameters) {
				p.Aggregation, p.Replica = []string{"cluster", "job"}, "pod"
				p.Severities = map[string]alerts.Severity{"FirsttokenSLOBurnSlow": alerts.Warning}
				p.Links = alerts.Links{
					Runbooks: "https://wiki.example.org/ft", Dashboards: "https://g.example.org/d/", Pages: "http://ft:9977/",
				}
			},
		},
		{
			name: "labels of alerts, and what is left out",
			config: `{ labels: { unit: 'inference', team: { from: 'team', otherwise: 'nobody' },
				owner: { from: 'o', metric: 'own' } },
				omit: ['firsttoken-saturation', 'FirsttokenSaturation', 'FirsttokenTPSDrop', 'firsttoken-alerts-gpu'] }`,
			change: func(p *alerts.Parameters) {
				p.Labels = map[string]alerts.Label{
					"unit": {Otherwise: "inference"}, "team": {From: "team", Otherwise: "nobody"}, "owner": {From: "o", Metric: "own"},
				}
				p.Omit = []string{"firsttoken-saturation", "FirsttokenSaturation", "FirsttokenTPSDrop", "firsttoken-alerts-gpu"}
			},
		},
		{
			name:   "one Prometheus, no label but the job",
			config: `{ aggregation: ['job'] }`,
			change: func(p *alerts.Parameters) { p.Aggregation = []string{"job"} },
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := alerts.Defaults()
			row.change(&p)
			compare(t, evaluate(t, "../../alerts/mixin", "mixin.libsonnet", row.config), written(t, p))
		})
	}
}

// TestWrittenMixin: the mixin that `firsttoken rules` writes begins with its parameters, windows included.
func TestWrittenMixin(t *testing.T) {
	p := alerts.Defaults()
	p.Aggregation, p.Omit = []string{"region", "job"}, []string{"FirsttokenTPSDrop"}
	p.Burns.Over1h.Long, p.Burns.Over1h.Factor = "2h", 10
	files, err := alerts.Files(p)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if _, err := alerts.Write(folder, files, false); err != nil {
		t.Fatal(err)
	}
	compare(t, evaluate(t, folder, "mixin/mixin.libsonnet", "{}"), written(t, p))
}

// TestMixinAsAPackage: imported by the path that jsonnet-bundler gives to the repository, it has every dashboard.
func TestMixinAsAPackage(t *testing.T) {
	vendor := filepath.Join(t.TempDir(), "vendor")
	root := filepath.Join(vendor, "github.com", "firsttoken", "firsttoken")
	for _, folder := range []string{"alerts/mixin", "dashboards/json"} {
		if err := os.CopyFS(filepath.Join(root, folder), os.DirFS("../../"+folder)); err != nil {
			t.Fatal(err)
		}
	}
	got := evaluate(t, vendor, "github.com/firsttoken/firsttoken/alerts/mixin/mixin.libsonnet", "{}")
	paths, err := filepath.Glob("../../dashboards/json/*.json")
	if err != nil || len(paths) < 5 {
		t.Fatal(paths, err)
	}
	files := map[string][]byte{}
	for _, path := range paths {
		if files[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(slices.Sorted(maps.Keys(got.Dashboards)), slices.Sorted(maps.Keys(files))) {
		t.Errorf("the mixin has the dashboards %v", slices.Sorted(maps.Keys(got.Dashboards)))
	}
	for name, content := range files {
		var want any
		if err := json.Unmarshal(content, &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Dashboards[name], want) {
			t.Errorf("%s differs", name)
		}
	}
	var manifest struct{ Version int }
	content, err := os.ReadFile(filepath.Join(root, "alerts/mixin/jsonnetfile.json"))
	if err != nil || json.Unmarshal(content, &manifest) != nil || manifest.Version != 1 {
		t.Errorf("jsonnetfile.json: %s, %v", content, err)
	}
}

// TestMixinRefusesUnknownNames: a mistyped alert would otherwise stay as it was.
func TestMixinRefusesUnknownNames(t *testing.T) {
	for _, config := range []string{`{ omit: ['FirsttokenNope'] }`, `{ severities: { FirsttokenNope: 'page' } }`} {
		vm := jsonnet.MakeVM()
		vm.Importer(&jsonnet.FileImporter{JPaths: []string{"../../alerts/mixin"}})
		_, err := vm.EvaluateAnonymousSnippet("test.jsonnet",
			"((import 'mixin.libsonnet') + { _config+:: "+config+" }).prometheusAlerts")
		if err == nil || !strings.Contains(err.Error(), "there is no alert or group FirsttokenNope") {
			t.Errorf("%s: %v", config, err)
		}
	}
}
