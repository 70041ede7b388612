package series

import (
	"fmt"
	"slices"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

func promQL() parser.Parser { return parser.NewParser(parser.Options{}) }

// selectors of an expression.
func selectors(t *testing.T, r reading) []*parser.VectorSelector {
	t.Helper()
	expr, err := promQL().ParseExpr(r.expr)
	if err != nil {
		t.Errorf("%s: %v\n%s", r.place, err, r.expr)
		return nil
	}
	var all []*parser.VectorSelector
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if s, ok := node.(*parser.VectorSelector); ok {
			all = append(all, s)
		}
		return nil
	})
	return all
}

// namesOf a selector: one, or those of {__name__=~"a|b"}.
func namesOf(s *parser.VectorSelector) []string {
	if s.Name != "" {
		return []string{s.Name}
	}
	for _, m := range s.LabelMatchers {
		if m.Name == model.MetricNameLabel {
			return m.SetMatches()
		}
	}
	return nil
}

// complaints about a selector: a metric that nothing provides, a label that it does not have, a value that its
// label never takes.
func (all existing) complaints(s *parser.VectorSelector) []string {
	names := namesOf(s)
	if len(names) == 0 {
		return []string{s.String() + " names no metric"}
	}
	var found []string
	for _, name := range names {
		m, ok := all[name]
		if !ok {
			found = append(found, "nothing exports or records "+name)
			continue
		}
		for _, matcher := range s.LabelMatchers {
			if c := m.complaint(matcher); c != "" {
				found = append(found, name+" "+c)
			}
		}
	}
	return found
}

func (m metric) complaint(by *labels.Matcher) string {
	if m.labels == nil || by.Name == model.MetricNameLabel || by.Name == model.BucketLabel {
		return ""
	}
	values, ok := m.labels[by.Name]
	if !ok {
		return "has no label " + by.Name
	}
	if len(values) == 0 || by.Value == "" {
		return ""
	}
	asked := by.SetMatches()
	if by.Type == labels.MatchEqual || by.Type == labels.MatchNotEqual {
		asked = []string{by.Value}
	}
	for _, v := range asked {
		if !slices.Contains(values, v) {
			return fmt.Sprintf("never has %s=%q", by.Name, v)
		}
	}
	if !slices.ContainsFunc(values, by.Matches) {
		return "has no series where " + by.String()
	}
	return ""
}
