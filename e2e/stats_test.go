package e2e

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/alerts"
	"github.com/firsttoken/firsttoken/internal/stat"
)

func literal(f float64) string { return fmt.Sprintf("vector(%.17g)", f) }

// TestWilsonIsTheSameInGoAndPromQL compares the two for counts as increase() returns them, fractions included, and at
// the edges.
func TestWilsonIsTheSameInGoAndPromQL(t *testing.T) {
	s := serve(t)
	r := rand.New(rand.NewPCG(1, 2))
	type counts struct{ bad, events float64 }
	rows := []counts{{0, 1}, {1, 1}, {3, 3}, {0, 1e6}, {1e6, 1e6}, {0.5, 1}}
	for range 2000 {
		n := math.Exp(r.Float64() * 14)
		rows = append(rows, counts{n * r.Float64(), n})
	}
	for _, c := range rows {
		got := value(t, s.Query, alerts.Wilson(literal(c.bad), literal(c.events), alerts.WilsonZ))
		same(t, fmt.Sprintf("Wilson(%v of %v)", c.bad, c.events), got, stat.WilsonLower(c.bad, c.events, stat.Z95))
	}
	none := alerts.Wilson(literal(0), literal(0), alerts.WilsonZ)
	if v, err := s.Query(t.Context(), none, time.Unix(0, 0)); err != nil || len(v) > 0 {
		t.Errorf("no events: %v, %v; want no value", v, err)
	}
}

// TestWelchIsTheSameInGoAndPromQL starts from the logarithms of single TTFTs. The rules use mean and variance,
// stat.Sample uses sums.
func TestWelchIsTheSameInGoAndPromQL(t *testing.T) {
	s := serve(t)
	r := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		now, base := sample(r), sample(r)
		deff := alerts.DesignEffect(now.N, "30m")
		want, ok := stat.Welch(now, base, deff)
		got := value(t, s.Query, alerts.Welch(moments(now), moments(base), fmt.Sprint(deff)))
		if !ok {
			t.Fatalf("stat.Welch has no value for %v and %v", now, base)
		}
		same(t, fmt.Sprintf("Welch(%v, %v)", now, base), got, want)
	}
	for _, few := range []stat.Sample{{}, {N: 1, Sum: 7, SumSquares: 49}} {
		expr := alerts.Welch(moments(few), moments(sample(r)), "2")
		if v, err := s.Query(t.Context(), expr, time.Unix(0, 0)); err != nil || len(v) > 0 {
			t.Errorf("%v TTFTs: %v, %v; want nothing", few.N, v, err)
		}
		if _, ok := stat.Welch(few, sample(r), 2); ok {
			t.Errorf("stat.Welch of %v TTFTs has a value", few.N)
		}
	}
}

func sample(r *rand.Rand) stat.Sample {
	var s stat.Sample
	median, sigma := math.Log(50)+6*r.Float64(), 0.1+r.Float64()
	for range 2 + r.IntN(1000) {
		x := median + sigma*r.NormFloat64()
		s.N, s.Sum, s.SumSquares = s.N+1, s.Sum+x, s.SumSquares+x*x
	}
	return s
}

func moments(s stat.Sample) alerts.Moments {
	mean, _ := s.Mean()
	variance, _ := s.Variance()
	return alerts.Moments{Count: literal(s.N), Mean: literal(mean), Variance: literal(variance)}
}

func same(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%s is %v in PromQL and %v in Go", what, got, want)
	}
}
