package board

import (
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"
)

// TestSelectors: every expression parses, in either form of histograms; every metric is there in the
// recorded week, and every label that is matched or grouped by is one that it has.
func TestSelectors(t *testing.T) {
	db := classicWeek(t)
	has := map[string]map[string]bool{}
	for _, d := range loaded(t) {
		v := opened(t, d, now(), first, nil)
		for _, p := range d.Every() {
			for _, q := range p.Targets {
				v.Values["histograms"] = "{"
				if _, err := parser.NewParser(parser.Options{}).ParseExpr(v.Fill(q.Expr, time.Minute)); err != nil {
					t.Errorf("%s, %s, %s in native form: %v", d.Title, p.Title, q.RefID, err)
				}
				v.Values["histograms"] = "_bucket{"
				expr, err := parser.NewParser(parser.Options{}).ParseExpr(v.Fill(q.Expr, time.Minute))
				if err != nil {
					t.Errorf("%s, %s, %s: %v", d.Title, p.Title, q.RefID, err)
					continue
				}
				for _, complaint := range strangers(t, db, expr, has) {
					t.Errorf("%s, %s, %s: %s", d.Title, p.Title, q.RefID, complaint)
				}
			}
		}
	}
	if len(has) < 60 {
		t.Errorf("only %d metrics seen", len(has))
	}
}

// nativeForm are read beside the classic form in an or, and are not in a classic server.
func nativeForm(name string) bool {
	if name == "target:firsttoken_doubtful:bool" {
		return true // nobody doubted the prober in that week
	}
	return slices.Contains([]string{"firsttoken_ttft_seconds", "firsttoken_upload_seconds", "firsttoken_server_wait_seconds", "firsttoken_connect_seconds", "firsttoken_output_tokens_per_second"}, name)
}

func strangers(t *testing.T, db *tsdb.DB, expr parser.Expr, has map[string]map[string]bool) []string {
	t.Helper()
	var complaints []string
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.VectorSelector:
			if nativeForm(n.Name) {
				return nil
			}
			for _, m := range n.LabelMatchers {
				if m.Name != model.MetricNameLabel && !labelsOf(t, db, n.Name, has)[m.Name] {
					complaints = append(complaints, n.Name+" has no label "+m.Name)
				}
			}
			if len(labelsOf(t, db, n.Name, has)) == 0 {
				complaints = append(complaints, n.Name+" does not exist")
			}
		case *parser.AggregateExpr:
			under := map[string]bool{"le": true, "alert": true, "server": true} // native histograms have no le; alert is made by label_replace; the simulator names no server
			parser.Inspect(n.Expr, func(inner parser.Node, _ []parser.Node) error {
				if s, ok := inner.(*parser.VectorSelector); ok {
					if nativeForm(s.Name) {
						under["target"], under["job"] = true, true
					}
					for l := range labelsOf(t, db, s.Name, has) {
						under[l] = true
					}
				}
				return nil
			})
			for _, l := range n.Grouping {
				if !under[l] {
					complaints = append(complaints, "nothing in "+n.Expr.String()+" has the label "+l)
				}
			}
		}
		return nil
	})
	return complaints
}

// labelsOf a metric in the recorded week.
func labelsOf(t *testing.T, db *tsdb.DB, name string, has map[string]map[string]bool) map[string]bool {
	t.Helper()
	if has[name] != nil {
		return has[name]
	}
	has[name] = map[string]bool{}
	q, err := db.Querier(now().Add(-8*24*time.Hour).UnixMilli(), now().UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	names, _, err := q.LabelNames(t.Context(), nil, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, name))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range names {
		has[name][l] = true
	}
	return has[name]
}
