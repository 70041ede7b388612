package alerts

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// fixtures adapts promtool's tests to parameters.
type fixtures struct {
	Parameters
	gone map[string]bool // the rules that are left out
}

// fixture is a file of promtool's tests, of which only the parts that the parameters change are named.
type fixture struct {
	Files    []string      `yaml:"rule_files"`
	Interval string        `yaml:"evaluation_interval"`
	Order    []string      `yaml:"group_eval_order,flow"`
	Tests    []fixtureTest `yaml:"tests"`

	Other map[string]any `yaml:",inline"`
}

type fixtureTest struct {
	Name     string `yaml:"name,omitempty"`
	Interval string `yaml:"interval"`
	Series   []struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	} `yaml:"input_series"`
	Exprs []fixtureExpr  `yaml:"promql_expr_test"`
	Other map[string]any `yaml:",inline"`
}

type fixtureExpr struct {
	Expr    string `yaml:"expr"`
	At      string `yaml:"eval_time"`
	Samples []struct {
		Labels string         `yaml:"labels"`
		Value  any            `yaml:"value"`
		Other  map[string]any `yaml:",inline"`
	} `yaml:"exp_samples,omitempty"`
	Other map[string]any `yaml:",inline"`
}

// testFiles are promtool's tests of the rules by these parameters. They follow what is left out, the labels to
// aggregate by and the label of replicas. Tests of error budgets hold for the usual windows and limits only; where
// these differ, they are left out. Severities, links and labels of the parameters are in no test.
func (p Parameters) testFiles() ([]File, error) {
	names, err := fs.Glob(shipped, "tests/*.yml")
	if err != nil {
		return nil, err
	}
	var files []File
	all := fixtures{p, p.omitted()}
	for _, name := range append(names, "gpu.rules.test.yml") {
		content, err := all.testFile(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path.Base(name), err)
		}
		if content != nil {
			files = append(files, File{name, content})
		}
	}
	return files, nil
}

// testFile is nil where nothing of it is left.
func (p fixtures) testFile(name string) ([]byte, error) {
	content, err := p.ofShipped(name)
	if err != nil {
		return nil, err
	}
	content = p.withReplica(content)
	var f fixture
	if err := yaml.Unmarshal(content, &f); err != nil {
		return nil, err
	}
	order, err := p.orderOf(f.Files)
	if err != nil {
		return nil, err
	}
	f.Order, f.Tests = order, slices.DeleteFunc(f.Tests, func(t fixtureTest) bool { return !p.keeps(&t) })
	for i := range f.Tests {
		p.adapt(&f.Tests[i])
	}
	if len(f.Tests) == 0 {
		return nil, nil
	}
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(f); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

// orderedTests are the tests by the default parameters, whose lists of groups are those of the rules.
func orderedTests() ([]File, error) {
	names, err := fs.Glob(shipped, "tests/*.yml")
	if err != nil {
		return nil, err
	}
	var files []File
	list := regexp.MustCompile(`(?m)^group_eval_order:\n(?:  - .*\n)+`)
	for _, name := range names {
		content, err := shipped.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var f struct {
			Files []string `yaml:"rule_files"`
		}
		if err := yaml.Unmarshal(content, &f); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		order, err := fixtures{Parameters: Defaults()}.orderOf(f.Files)
		if err != nil {
			return nil, err
		}
		lines := "group_eval_order:\n  - " + strings.Join(order, "\n  - ") + "\n"
		files = append(files, File{name, list.ReplaceAllLiteral(content, []byte(lines))})
	}
	return files, nil
}

// orderOf lists the groups of rule files.
func (p fixtures) orderOf(files []string) ([]string, error) {
	var order []string
	for _, file := range files {
		if path.Base(file) == rulesFile {
			for _, g := range Groups(p.Parameters) {
				order = append(order, g.Name)
			}
			continue
		}
		content, err := shipped.ReadFile(path.Base(file))
		if err != nil {
			return nil, err
		}
		var rules struct {
			Groups []Group `yaml:"groups"`
		}
		if err := yaml.Unmarshal(content, &rules); err != nil {
			return nil, err
		}
		for _, g := range rules.Groups {
			order = append(order, g.Name)
		}
	}
	return order, nil
}

// keeps reports whether something of the test still holds.
func (p fixtures) keeps(t *fixtureTest) bool {
	usual := Defaults()
	if !reflect.DeepEqual(p.Burns, usual.Burns) || len(p.SLOs) > 0 {
		for _, s := range t.Series {
			if strings.HasPrefix(s.Series, "firsttoken_slo_") {
				return false
			}
		}
	}
	if t.Name == weekendTest && !reflect.DeepEqual(p.Weekend, usual.Weekend) {
		return false
	}
	return slices.ContainsFunc(t.Exprs, p.asks)
}

// weekendTest is the test of regressions whose weeks have the usual weekend.
const weekendTest = "three weeks"

// asks reports whether an expression reads no rule that is left out.
func (p fixtures) asks(e fixtureExpr) bool {
	return !slices.ContainsFunc(nameInExpr().FindAllString(e.Expr, -1), func(name string) bool { return p.gone[name] })
}

// nameInExpr matches names of metrics, records and alerts.
func nameInExpr() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z_:][\w:]*`) }

// omitted are the names of rules that are left out.
func (p Parameters) omitted() map[string]bool {
	gone := map[string]bool{}
	for _, g := range newBuilder(p).groups() {
		for _, r := range g.Rules {
			gone[r.Record+r.Alert] = true
		}
	}
	for _, g := range Groups(p) {
		for _, r := range g.Rules {
			delete(gone, r.Record+r.Alert)
		}
	}
	return gone
}

// adapt removes what is asked of rules that are left out, and labels that rules no longer keep.
func (p fixtures) adapt(t *fixtureTest) {
	t.Exprs = slices.DeleteFunc(t.Exprs, func(e fixtureExpr) bool { return !p.asks(e) })
	if slices.Contains(p.Aggregation, "job") {
		return
	}
	job := regexp.MustCompile(`job="[^"]*"(, )?`)
	for i := range t.Exprs {
		for j := range t.Exprs[i].Samples {
			s := &t.Exprs[i].Samples[j]
			s.Labels = job.ReplaceAllString(s.Labels, "")
		}
	}
}
