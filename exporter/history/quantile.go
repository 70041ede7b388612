package history

import (
	"cmp"
	"math"
	"slices"
)

// nearestRank is the q-quantile of sorted values: the smallest value such that at least q·n values are no larger. Of
// 1, 2, 3, 4 the median is 2 and the 0.95-quantile is 4. It is false without values.
func nearestRank[T cmp.Ordered](sorted []T, q float64) (T, bool) {
	if len(sorted) == 0 {
		var none T
		return none, false
	}
	rank := int(math.Ceil(q * float64(len(sorted))))
	return sorted[min(max(rank, 1), len(sorted))-1], true
}

// Quantiles are exact quantiles of N observations. They mean nothing where N is 0.
type Quantiles struct {
	N   int     `json:"n"`
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
}

// OK reports whether there are observations.
func (q Quantiles) OK() bool { return q.N > 0 }

func quantilesOf(values []float64) Quantiles {
	slices.Sort(values)
	p50, _ := nearestRank(values, .5)
	p95, _ := nearestRank(values, .95)
	return Quantiles{len(values), p50, p95}
}
