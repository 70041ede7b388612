// Package stat holds the statistics behind the alerting rules. The rules compute them in PromQL;
// these are the same formulas in Go, so that tests can hold the two together.
package stat

import "math"

// Z95 is the 95 % quantile of the standard normal distribution: one-sided confidence of 95 %.
const Z95 = 1.6448536269514722

// WilsonLower is the lower bound of Wilson's score interval for the probability behind k events of
// n, at z standard deviations: the share that is at least that high with the confidence of z.
//
//	          k + z²/2 − z·√( k(n−k)/n + z²/4 )
//	lower  =  ─────────────────────────────────
//	                      n + z²
//
// Ten bad of ten probes say "at least 79 % bad"; one bad of one says "at least 27 %", and so does
// not page. Both k and n may be fractions, as rates over a window are. It is 0 for n = 0: no events
// prove nothing.
//
// E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, Journal of
// the American Statistical Association 22 (1927), 209-212.
func WilsonLower(k, n, z float64) float64 {
	if n <= 0 {
		return 0
	}
	k = math.Min(math.Max(k, 0), n)
	zz := z * z
	lower := (k + zz/2 - z*math.Sqrt(k*(n-k)/n+zz/4)) / (n + zz)
	return math.Max(lower, 0) // rounding leaves −1e−17 at k = 0
}
