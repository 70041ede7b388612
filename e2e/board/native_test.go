package board

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/e2e/lab"
)

// TestNativeSwitch: a server that ingests native histograms alone, which drops _bucket, _sum and
// _count, shows the same panels with the switch on native, and close to the same numbers: a native
// bucket is a tenth wide, a classic one up to twice.
func TestNativeSwitch(t *testing.T) {
	s := record(t, t.TempDir(), lab.Native, 2*time.Hour)
	defer s.Close()
	at, compared := now().Add(-5*time.Minute), 0
	for _, d := range loaded(t) {
		classic := opened(t, d, at, first, nil)
		native := *classic
		native.Storage, native.Values = s.DB, map[string]string{}
		for k, v := range classic.Values {
			native.Values[k] = v
		}
		native.Values["histograms"] = "{"
		classic.Range, native.Range = 30*time.Minute, 30*time.Minute
		for _, p := range d.Every() {
			for _, q := range p.Targets {
				if !strings.Contains(q.Expr, "${histograms}") && !strings.Contains(q.Expr, "histogram_sum") || strings.Contains(q.Expr, "offset") || strings.Contains(p.Title, "layer") {
					continue // they have the same name on both, or look at a time that was not recorded
				}
				a, b := numbers(t, classic, d, p, q), numbers(t, &native, d, p, q)
				if q.Format == "heatmap" && len(b) > 0 {
					continue // one series of histograms, in place of one for each bucket
				}
				if len(a) != len(b) {
					t.Errorf("%s, %s, %s: %d series classic, %d native", d.Title, p.Title, q.RefID, len(a), len(b))
					continue
				}
				if len(a) == 0 {
					continue
				}
				compared++
				if x, y := a[0].Last(), b[0].Last(); a[0].Name == b[0].Name && math.Abs(x-y) > 0.5*math.Max(x, y)+0.002 {
					t.Errorf("%s, %s, %s: %v classic, %v native", d.Title, p.Title, a[0].Name, x, y)
				}
			}
		}
	}
	if compared < 40 {
		t.Errorf("only %d queries compared", compared)
	}
}
