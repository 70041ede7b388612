package config

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/discovery"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/maintenance"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// tableUnder are the rows of the table that follows a heading of docs/configuration.md: cells
// without the backquotes, the first of which is a key.
func tableUnder(t *testing.T, doc, heading string) map[string][]string {
	t.Helper()
	_, rest, found := strings.Cut(doc, "\n"+heading+"\n")
	if !found {
		t.Fatalf("there is no heading %q", heading)
	}
	rest, _, _ = strings.Cut(rest, "\n#")
	rows := map[string][]string{}
	for line := range strings.Lines(rest) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		key := strings.Trim(cells[0], " `")
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		for i, c := range cells {
			cells[i] = strings.Trim(c, " `")
		}
		rows[key] = cells
	}
	return rows
}

func documentation(t *testing.T) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// TestEveryKeyIsDocumented compares the tables with the structs, both ways.
func TestEveryKeyIsDocumented(t *testing.T) {
	t.Parallel()
	doc := documentation(t)
	for _, c := range []struct {
		heading string
		keys    []string
	}{
		{"## The file", fieldsOf(reflect.TypeFor[sections]()).names()},
		{"## A target", fieldsOf(reflect.TypeFor[prober.Target]()).names()},
		{"### file_sd", fieldsOf(reflect.TypeFor[fileSD]()).names()},
		{"### http_sd", fieldsOf(reflect.TypeFor[httpSD]()).names()},
		{"## load", fieldsOf(reflect.TypeFor[prober.Load]()).names()},
		{"## budget", fieldsOf(reflect.TypeFor[budget.Limits]()).names()},
		{"### The whole process", fieldsOf(reflect.TypeFor[budget.ProcessBudget]()).names()},
		{"## maintenance", fieldsOf(reflect.TypeFor[maintenance.Window]()).names()},
		{"## prices", fieldsOf(reflect.TypeFor[prober.Prices]()).names()},
		{"## workload", fieldsOf(reflect.TypeFor[workload.Shape]()).names()},
		{"### Distributions", fieldsOf(reflect.TypeFor[workload.LogNormal]()).names()},
		{"### Distributions", fieldsOf(reflect.TypeFor[workload.Pauses]()).names()},
		{"### Compaction", fieldsOf(reflect.TypeFor[workload.Compaction]()).names()},
		{"## slos", names()},
		{"### An objective", []string{"objective", "threshold"}}, // has a reader of its own, in package slo
	} {
		rows := tableUnder(t, doc, c.heading)
		for _, key := range c.keys {
			if rows[key] == nil {
				t.Errorf("%s: %s is not documented", c.heading, key)
			}
		}
		for key := range rows {
			if !slices.Contains(c.keys, key) {
				t.Errorf("%s: there is no key %s", c.heading, key)
			}
		}
	}
}

func names() []string {
	var all []string
	for _, n := range slo.Names() {
		all = append(all, string(n))
	}
	return all
}

// TestDefaultsAreDocumented compares the columns of the profiles with the profiles.
func TestDefaultsAreDocumented(t *testing.T) {
	t.Parallel()
	doc := documentation(t)
	for _, heading := range []string{"## load", "## workload", "## slos", "### Compaction"} {
		rows := tableUnder(t, doc, heading)
		for i, profile := range prober.Profiles() {
			target, err := prober.DefaultTarget(profile)
			if err != nil {
				t.Fatal(err)
			}
			defaults := map[string]any{
				"## load": target.Load, "## workload": target.Workload, "## slos": target.SLOs,
				"### Compaction": target.Workload.Compaction,
			}[heading]
			for key, want := range flow(t, defaults) {
				if row := rows[key]; row != nil && !same(row[2+i], want) && row[2+i] != "see below" {
					t.Errorf("%s, %s, %s: documented %q, is %q", heading, key, profile, row[2+i], want)
				}
			}
		}
	}
}

// same reports whether two texts are equal, or the same number: 2500000 and 2.5e+06.
func same(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return a == b || errX == nil && errY == nil && x == y
}

// flow is each value of a struct as YAML on one line.
func flow(t *testing.T, v any) map[string]string {
	t.Helper()
	var n yaml.Node
	if err := n.Encode(v); err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for i := 0; i < len(n.Content); i += 2 {
		value := n.Content[i+1]
		value.Style |= yaml.FlowStyle
		text, err := yaml.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		lines[n.Content[i].Value] = strings.ReplaceAll(strings.TrimSpace(string(text)), `"`, "")
	}
	return lines
}

// TestExamplesAreRight parses every YAML block of the document.
func TestExamplesAreRight(t *testing.T) {
	t.Parallel()
	blocks := strings.Split(documentation(t), "```yaml\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("there are no examples")
	}
	for _, b := range blocks {
		example, _, _ := strings.Cut(b, "```")
		if _, err := Parse("testdata/good/example.yml", []byte(example), when(t)); err != nil {
			t.Errorf("%s\n%s", err, example)
		}
	}
}

// TestListsAreDocumented compares what the document says of lists with the code.
func TestListsAreDocumented(t *testing.T) {
	t.Parallel()
	doc := documentation(t)
	_, section, _ := strings.Cut(doc, "\n## Discovery\n")
	section, _, _ = strings.Cut(section, "\n### ")
	for label, key := range keyLabels() {
		if !strings.Contains(section, "`"+label+"`") || !strings.Contains(section, key) {
			t.Errorf("label %s, which sets %s, is not documented", label, key)
		}
	}
	for heading, defaults := range map[string]any{
		"### file_sd": discovery.DefaultFiles(), "### http_sd": discovery.DefaultServer(),
	} {
		rows, values := tableUnder(t, doc, heading), flow(t, defaults)
		for _, key := range []string{"refresh_interval", "max_targets"} {
			if rows[key][2] != values[key] {
				t.Errorf("%s, %s: documented %q, is %q", heading, key, rows[key][2], values[key])
			}
		}
	}
	most := fmt.Sprintf("%d,000,000 tokens per minute", int(prober.MostDiscovered/1e6))
	if !strings.Contains(section, most) {
		t.Errorf("the ceiling of all lists, %s, is not documented", most)
	}
}
