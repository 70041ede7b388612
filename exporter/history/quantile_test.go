package history

import "testing"

func TestNearestRank(t *testing.T) {
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(i + 1)
	}
	for _, row := range []struct {
		sorted  []float64
		q, want float64
	}{
		{[]float64{7}, .5, 7},
		{[]float64{1, 2}, .5, 1}, // half of them are no larger
		{[]float64{1, 2, 3, 4}, .5, 2},
		{[]float64{1, 2, 3, 4}, .95, 4},
		{hundred, .95, 95},
		{hundred, 1, 100},
		{hundred, 0, 1},
	} {
		if got, ok := nearestRank(row.sorted, row.q); !ok || got != row.want {
			t.Errorf("%v of %d: %v, want %v", row.q, len(row.sorted), got, row.want)
		}
	}
	if _, ok := nearestRank([]float64{}, .5); ok {
		t.Error("a quantile of nothing")
	}
}
