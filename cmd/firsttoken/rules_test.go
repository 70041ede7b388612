package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/alerts"
	"github.com/firsttoken/firsttoken/internal/golden"
)

// rules runs the subcommand into a folder of the test's own.
func rules(t *testing.T, args ...string) (dir, output string, code int) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "out")
	var out bytes.Buffer
	p := program{Args: append([]string{"rules", "--out", dir}, args...), Stdout: &out, Stderr: &out}
	code = p.run(t.Context())
	return dir, out.String(), code
}

// TestRulesAreWritten: by a file of parameters in which every section differs from the defaults.
func TestRulesAreWritten(t *testing.T) {
	dir, output, code := rules(t, "--parameters", "../../alerts/testdata/parameters/several.yml")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, output)
	}
	content, err := os.ReadFile(filepath.Join(dir, "firsttoken.rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"by (cluster, job, target)", "severity: ticket", "service: inference", "https://grafana.example.org/d/",
		"https://wiki.example.org/firsttoken#", "http://firsttoken.example.org:9977/?target={{ $labels.target }}",
		"increase2h", "ratio10m",
	} {
		if !bytes.Contains(content, []byte(want)) {
			t.Errorf("the rules have no %q", want)
		}
	}
	for _, gone := range []string{"FirsttokenSaturation", "pearson", "region"} {
		if bytes.Contains(content, []byte(gone)) {
			t.Errorf("the rules still have %q", gone)
		}
	}
	for line := range strings.Lines(output) {
		if _, err := os.Stat(strings.TrimSpace(line)); err != nil {
			t.Errorf("the output names what is not there: %v", err)
		}
	}
	if n := strings.Count(output, "\n"); n < 10 {
		t.Errorf("only %d files were written:\n%s", n, output)
	}
}

// TestRulesRefuseBadParameters: every mistake is told with its line, and nothing is written.
func TestRulesRefuseBadParameters(t *testing.T) {
	dir, output, code := rules(t, "--parameters", "../../alerts/testdata/parameters/bad.yml")
	if _, err := os.Stat(dir); code != 1 || err == nil {
		t.Errorf("exit code %d, %s", code, output)
	}
	got := strings.ReplaceAll(output, "../../alerts/testdata/parameters/", "")
	golden.Compare(t, "../../alerts/testdata/parameters/bad.err", got, *update)
}

// TestRulesNeedTheirFile: a file of parameters that is not there is an error, not the defaults.
func TestRulesNeedTheirFile(t *testing.T) {
	if _, output, code := rules(t, "--parameters", "nowhere.yml"); code != 1 || !strings.Contains(output, "nowhere.yml") {
		t.Errorf("exit code %d, %s", code, output)
	}
}

// TestRulesDocument: docs/rules.md has every key of the parameters with its default, and its example is one.
func TestRulesDocument(t *testing.T) {
	content, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(content)
	for heading, of := range map[string]any{
		"## The file": alerts.Parameters{}, "## labels": alerts.Label{}, "## links": alerts.Links{},
		"## burns":   alerts.BurnTable{},
		"### A pair": alerts.Burn{}, "## weekend": alerts.Weekend{},
	} {
		if got, want := documentedKeys(t, doc, heading), keysOf(reflect.TypeOf(of)); !slices.Equal(got, want) {
			t.Errorf("%s: documented are %v, the keys are %v", heading, got, want)
		}
	}
	for _, burn := range alerts.Burns().All() {
		pair := fmt.Sprintf("`{long: %s, short: %s, factor: %v, cap: %v, floor: %v}`",
			burn.Long, burn.Short, burn.Factor, burn.Cap, burn.Floor)
		if !strings.Contains(doc, pair) {
			t.Errorf("the default %s is not documented", pair)
		}
	}
	_, example, _ := strings.Cut(doc, "```yaml\n")
	example, _, _ = strings.Cut(example, "```")
	path := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(path, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := readParameters(path)
	if err != nil || p.Probers != 2 || p.Labels["team"].Otherwise != "platform" {
		t.Errorf("the example: %v, %+v", err, p)
	}
}

// documentedKeys are the first cells of the table under a heading, in order.
func documentedKeys(t *testing.T, doc, heading string) []string {
	t.Helper()
	_, section, ok := strings.Cut(doc, "\n"+heading+"\n")
	if !ok {
		t.Fatalf("there is no heading %s", heading)
	}
	section, _, _ = strings.Cut(section, "\n#")
	var keys []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(section, -1) {
		keys = append(keys, m[1])
	}
	return slices.Sorted(slices.Values(keys))
}

func keysOf(t reflect.Type) []string {
	var keys []string
	for field := range t.Fields() {
		if name := cmp.Or(field.Tag.Get("yaml"), strings.ToLower(field.Name)); name != "-" {
			keys = append(keys, name)
		}
	}
	return slices.Sorted(slices.Values(keys))
}
