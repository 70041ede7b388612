package alerts

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDefaultFiles: what firsttoken rules writes by the defaults is what is committed, but for the header of the files
// that are written by hand.
func TestDefaultFiles(t *testing.T) {
	written := contents(t, Files, Defaults())
	for _, name := range []string{rulesFile, gpuRulesFile, resourceFile, alertmanagerFile, "mixin/rules.libsonnet"} {
		got := strings.TrimPrefix(written[name], header)
		if want := strings.TrimPrefix(string(read(t, name)), header); got != want || got == "" {
			t.Errorf("%s is written otherwise than it is committed", name)
		}
	}
}

// TestAggregation: rules, texts and Alertmanager's example keep the labels that are asked for, and no others.
func TestAggregation(t *testing.T) {
	p := Defaults()
	p.Aggregation, p.Replica = []string{"zone", "job"}, "pod"
	written := contents(t, Files, p)
	for _, name := range []string{rulesFile, gpuRulesFile, alertmanagerFile} {
		text := written[name]
		for _, label := range []string{"cluster", "region", "instance"} {
			for _, form := range []string{"(" + label + ",", " " + label + ",", label + "=%q", "$labels." + label + " "} {
				if strings.Contains(text, form) {
					t.Errorf("%s still has %q", name, form)
				}
			}
		}
		if !strings.Contains(text, "zone, ") {
			t.Errorf("%s does not know the zone", name)
		}
	}
	if text := written[rulesFile]; !strings.Contains(text, "by (zone, target)") ||
		!strings.Contains(text, "by (zone, job, pod)") || !strings.Contains(text, "zone=%q,job=%q,pod=%q") {
		t.Error("the rules do not aggregate by zone, job and pod")
	}
}

// TestOmit: alerts and groups go, and what another rule needs is named.
func TestOmit(t *testing.T) {
	p := Defaults()
	p.Omit = []string{"firsttoken-saturation", "FirsttokenSaturation", "FirsttokenTPSDrop", "firsttoken-alerts-gpu"}
	if errs := p.Validate(); len(errs) > 0 {
		t.Fatal(errs)
	}
	var names []string
	for _, g := range Groups(p) {
		names = append(names, g.Name)
		for _, r := range g.Rules {
			names = append(names, r.Alert)
		}
	}
	for _, gone := range append(p.Omit, "FirsttokenGPUDegradation") {
		if slices.Contains(names, gone) {
			t.Errorf("%s is still there", gone)
		}
	}
	if !slices.Contains(names, "FirsttokenSLOBurnFast") {
		t.Error("what is not named has gone")
	}
	for path, content := range contents(t, Parameters.testFiles, p) {
		for _, gone := range []string{`"FirsttokenSaturation"`, "FirsttokenTPSDrop", "FirsttokenGPUDegradation"} {
			if strings.Contains(content, gone) {
				t.Errorf("%s asks for %s, which is left out", path, gone)
			}
		}
	}
	p.Omit = []string{"firsttoken-saturation"}
	if errs := p.Validate(); len(errs) == 0 || !strings.Contains(errs[0].Error(), "[0]: FirsttokenSaturation reads ") {
		t.Errorf("the alert lacks its records, and Validate says %v", errs)
	}
}

// TestLimitsOfOneIndicator: they change its thresholds, and no others.
func TestLimitsOfOneIndicator(t *testing.T) {
	p, most := Defaults(), 0.5
	p.SLOs = map[string]Limits{"ttft": {Over1h: Limit{Cap: &most}}}
	for _, r := range Groups(p)[0].Rules {
		other := strings.Contains(r.Expr, `{slo!~"ttft"}, 0.5)`)
		own := strings.Contains(r.Expr, `{slo="ttft"}, 0.5)`)
		if want := r.Record == ThresholdRecord("1h"); own != want || other {
			t.Errorf("%s is\n%s", r.Record, r.Expr)
		}
	}
	factor := 2.0
	got := Burns().Over6h.with(Limit{Factor: &factor})
	if want := (Burn{Long: "6h", Short: "30m", Factor: 2, Cap: 0.25, Floor: 0.15, Severity: Page}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestWindowsInCommon: two pairs with a window in common record it once.
func TestWindowsInCommon(t *testing.T) {
	p := Defaults()
	p.Burns.Over1h.Short, p.Burns.Over6h.Short = "10m", "1h" // 10m is the budget's step as well
	if errs := p.Validate(); len(errs) > 0 {
		t.Fatal(errs)
	}
	made := map[string]int{}
	for _, g := range Groups(p) {
		for _, r := range g.Rules {
			if r.Record != "" && r.Labels.Cause == "" {
				made[r.Record]++
			}
		}
	}
	for name, n := range made {
		if n != 1 {
			t.Errorf("%s is recorded %d times", name, n)
		}
	}
	if made[RatioRecord("10m")] != 1 || made[RatioRecord("1h")] != 1 || made[RatioRecord("5m")] != 0 {
		t.Errorf("the windows are %v", made)
	}
}

// TestWriteIsAllOrNothing: a foreign file, or a folder in the way, leaves everything as it was.
func TestWriteIsAllOrNothing(t *testing.T) {
	files := []File{{"a.yml", []byte(header + "new\n")}, {"tests/b.yml", []byte(header + "new\n")}}
	old := []byte(header + "old\n")
	for _, row := range []struct {
		name    string
		force   bool
		prepare func(dir string) error
		reason  string // of the error; empty if there is none
	}{
		{name: "nothing there", prepare: func(string) error { return nil }},
		{name: "own files", prepare: func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "a.yml"), old, 0o600)
		}},
		{name: "a foreign file", reason: "b.yml: not written by firsttoken rules", prepare: foreign},
		{name: "a foreign file, by force", force: true, prepare: foreign},
		{name: "a folder in the way", force: true, reason: "writing rules", prepare: func(dir string) error {
			if err := os.WriteFile(filepath.Join(dir, "a.yml"), old, 0o600); err != nil {
				return err
			}
			return os.MkdirAll(filepath.Join(dir, "tests", "b.yml"), 0o750)
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := row.prepare(dir); err != nil {
				t.Fatal(err)
			}
			before := tree(t, dir)
			written, err := Write(dir, files, row.force)
			after := tree(t, dir)
			if row.reason == "" {
				if err != nil || len(written) != 2 || after["a.yml"] != header+"new\n" || after["tests/b.yml"] != header+"new\n" {
					t.Errorf("%v, %v, %v", written, err, after)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), row.reason) {
				t.Errorf("the error is %v", err)
			}
			if len(before) != len(after) || after["a.yml"] != before["a.yml"] || after["tests/b.yml"] != before["tests/b.yml"] {
				t.Errorf("before\n%v\nafter\n%v", before, after)
			}
		})
	}
}

func foreign(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "tests"), 0o750); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "tests", "b.yml"), []byte("mine\n"), 0o600)
}

// tree is the content of every file below a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[filepath.ToSlash(name)] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
