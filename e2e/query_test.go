package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
)

type query func(ctx context.Context, expr string, at time.Time) (promql.Vector, error)

// value of an expression that has exactly one, without regard to time.
func value(t *testing.T, q query, expr string) float64 {
	t.Helper()
	v, err := q(t.Context(), expr, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if len(v) != 1 {
		t.Fatalf("%s has %d values, want 1", expr, len(v))
	}
	return v[0].F
}
