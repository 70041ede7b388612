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

func same(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%s is %v in PromQL and %v in Go", what, got, want)
	}
}
