package dashboards

import (
	"maps"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/e2e/grafana"
	"github.com/firsttoken/firsttoken/e2e/promlab"
)

// TestNativeSwitch: a server that ingests native histograms alone drops _bucket, _sum and _count. With the switch on
// native it shows the same panels and nearly the same numbers: a native bucket is a tenth wide, a classic one up to
// twice.
func TestNativeSwitch(t *testing.T) {
	s := record(t, t.TempDir(), promlab.Native, 2*time.Hour)
	defer s.Close()
	at, compared := now().Add(-5*time.Minute), 0
	for _, d := range shipped(t) {
		classic := open(t, d, at, first, nil)
		native := *classic
		native.Storage, native.Values = s.DB, maps.Clone(classic.Values)
		native.Values["histograms"] = "{"
		classic.Range, native.Range = 30*time.Minute, 30*time.Minute
		for _, p := range d.Every() {
			for _, q := range p.Targets {
				if readsHistograms(p, q) && agree(t, classic, &native, d, p, q) {
					compared++
				}
			}
		}
	}
	if compared < 35 {
		t.Errorf("only %d queries compared", compared)
	}
}

// readsHistograms says whether a query has a form for each kind of histogram, and reads a time that was recorded.
func readsHistograms(p grafana.Panel, q grafana.Query) bool {
	if strings.Contains(q.Expr, "offset") || strings.Contains(p.Title, "layer") {
		return false
	}
	return strings.Contains(q.Expr, "${histograms}") || strings.Contains(q.Expr, "histogram_sum")
}

// agree compares both forms of a query, and says whether there was anything to compare.
func agree(t *testing.T, classic, native *grafana.View, d grafana.Dashboard, p grafana.Panel, q grafana.Query) bool {
	t.Helper()
	a, b := ask(t, classic, d, p, q), ask(t, native, d, p, q)
	if q.Format == "heatmap" && len(b) > 0 {
		return false // one series of histograms, in place of one for each bucket
	}
	if len(a) != len(b) {
		t.Errorf("%s, %s, %s: %d series classic, %d native", d.Title, p.Title, q.RefID, len(a), len(b))
		return false
	}
	if len(a) == 0 {
		return false
	}
	if share := disagreement(a, b); share > 0.5 {
		t.Errorf("%s, %s, %s: %.0f %% of the values differ:\n%v classic,\n%v native",
			d.Title, p.Title, q.RefID, 100*share, a, b)
	}
	return true
}

// disagreement is the share of values that differ by more than the width of a classic bucket. Some may: PromQL
// extrapolates each classic bucket by itself, so that with one or two observations in the window a bucket may count
// more than the one below it for no other reason. A query that is wrong in one form differs everywhere.
func disagreement(classic, native []grafana.Series) float64 {
	type point struct {
		series string
		at     time.Time
	}
	values := map[point]float64{}
	for _, s := range native {
		for i, at := range s.At {
			values[point{s.Name, at}] = s.Values[i]
		}
	}
	all, differ := 0, 0
	for _, s := range classic {
		for i, at := range s.At {
			y, ok := values[point{s.Name, at}]
			if x := s.Values[i]; !ok || math.Abs(x-y) > 0.5*math.Max(x, y)+0.002 {
				differ++
			}
			all++
		}
	}
	return float64(differ) / float64(all)
}
