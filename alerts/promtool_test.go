package alerts

import (
	"path/filepath"
	"regexp"
	"slices"
	"testing"
)

// testFile is the part of a file of promtool's tests that says what is tested.
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

// coverage says how promtool's tests look at one alert.
type coverage struct{ fires, quiet, absent bool }

func (f testFile) cover(alerts map[string]coverage) {
	named := regexp.MustCompile(`alertname="(\w+)"`)
	for _, test := range f.Tests {
		for _, e := range test.Exprs {
			m := named.FindStringSubmatch(e.Expr)
			if m == nil {
				continue
			}
			c := alerts[m[1]]
			c.fires = c.fires || len(e.Samples) > 0
			c.quiet = c.quiet || len(e.Samples) == 0
			c.absent = c.absent || len(test.Series) == 0
			alerts[m[1]] = c
		}
	}
}

// TestEveryAlertIsTested: by promtool, for firing, for not firing, and where nothing is scraped at all.
func TestEveryAlertIsTested(t *testing.T) {
	files, err := filepath.Glob("tests/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatal("no test files", err)
	}
	tested := map[string]coverage{}
	for _, name := range files {
		var f testFile
		parse(t, read(t, name), &f)
		ordered(t, name, f)
		f.cover(tested)
	}
	for _, name := range alertNames() {
		c := tested[name]
		if c.quiet = c.quiet || name == Prefix+"Watchdog"; c != (coverage{fires: true, quiet: true, absent: true}) {
			t.Errorf("%s is not tested for firing, for not firing and without series: %+v", name, c)
		}
		delete(tested, name)
	}
	if len(tested) > 0 {
		t.Errorf("tests of alerts that do not exist: %v", tested)
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
