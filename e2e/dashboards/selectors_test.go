package dashboards

import (
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"
)

// TestSelectors: every expression parses, in either form of histograms. The recorded week has every metric that is
// read, and every label that is matched or grouped by.
func TestSelectors(t *testing.T) {
	recorded := metrics{db: classicWeek(t), labels: map[string]map[string]bool{}}
	promQL := parser.NewParser(parser.Options{})
	for _, d := range shipped(t) {
		v := open(t, d, now(), first, nil)
		for _, p := range d.Every() {
			for _, q := range p.Targets {
				v.Values["histograms"] = "{"
				if _, err := promQL.ParseExpr(v.Fill(q.Expr, time.Minute)); err != nil {
					t.Errorf("%s, %s, %s in native form: %v", d.Title, p.Title, q.RefID, err)
				}
				v.Values["histograms"] = "_bucket{"
				expr, err := promQL.ParseExpr(v.Fill(q.Expr, time.Minute))
				if err != nil {
					t.Errorf("%s, %s, %s: %v", d.Title, p.Title, q.RefID, err)
					continue
				}
				for _, complaint := range recorded.complaints(t, expr) {
					t.Errorf("%s, %s, %s: %s", d.Title, p.Title, q.RefID, complaint)
				}
			}
		}
	}
	if len(recorded.labels) < 60 {
		t.Errorf("only %d metrics seen", len(recorded.labels))
	}
}

// absent says that a metric need not be in the recorded week: native histograms stand beside the classic form in an
// "or" and are not in a classic server, and the prober was never in doubt in that week.
func absent(name string) bool {
	return slices.Contains([]string{
		"firsttoken_ttft_seconds", "firsttoken_upload_seconds", "firsttoken_server_wait_seconds",
		"firsttoken_connect_seconds", "firsttoken_output_tokens_per_second", "target:firsttoken_doubtful:bool",
	}, name)
}

// metrics are the recorded metrics with their labels, read once each.
type metrics struct {
	db     *tsdb.DB
	labels map[string]map[string]bool
}

func (m metrics) complaints(t *testing.T, expr parser.Expr) []string {
	t.Helper()
	var all []string
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.VectorSelector:
			all = append(all, m.selector(t, n)...)
		case *parser.AggregateExpr:
			all = append(all, m.grouping(t, n)...)
		}
		return nil
	})
	return all
}

// selector complains about a metric or a label that does not exist.
func (m metrics) selector(t *testing.T, s *parser.VectorSelector) (complaints []string) {
	t.Helper()
	if absent(s.Name) {
		return nil
	}
	has := m.labelsOf(t, s.Name)
	if len(has) == 0 {
		complaints = append(complaints, s.Name+" does not exist")
	}
	for _, matcher := range s.LabelMatchers {
		if matcher.Name != model.MetricNameLabel && !has[matcher.Name] {
			complaints = append(complaints, s.Name+" has no label "+matcher.Name)
		}
	}
	return complaints
}

// grouping complains about a label to group by that no metric in the aggregation has.
func (m metrics) grouping(t *testing.T, aggregate *parser.AggregateExpr) (complaints []string) {
	t.Helper()
	// Native histograms have no le; label_replace makes alert; the simulator sends no Server header.
	// Cluster and region come from whatever scrapes or collects.
	has := map[string]bool{"le": true, "alert": true, "server": true, "cluster": true, "region": true}
	parser.Inspect(aggregate.Expr, func(inner parser.Node, _ []parser.Node) error {
		if s, ok := inner.(*parser.VectorSelector); ok {
			if absent(s.Name) {
				has["target"], has["job"] = true, true
			}
			for l := range m.labelsOf(t, s.Name) {
				has[l] = true
			}
		}
		return nil
	})
	for _, l := range aggregate.Grouping {
		if !has[l] {
			complaints = append(complaints, "nothing in "+aggregate.Expr.String()+" has the label "+l)
		}
	}
	return complaints
}

// labelsOf are the label names of a metric in the recorded week.
func (m metrics) labelsOf(t *testing.T, name string) map[string]bool {
	t.Helper()
	if m.labels[name] != nil {
		return m.labels[name]
	}
	m.labels[name] = map[string]bool{}
	q, err := m.db.Querier(now().Add(-8*24*time.Hour).UnixMilli(), now().UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	matcher := labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, name)
	names, _, err := q.LabelNames(t.Context(), nil, matcher)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range names {
		m.labels[name][l] = true
	}
	return m.labels[name]
}
