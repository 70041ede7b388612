package stat

import "math"

// Sample is what Welch's test needs to know of a population: how many values, their sum and the sum of
// their squares. The samples of windows and of replicas can be added.
type Sample struct {
	N, Sum, SumSquares float64
}

// Mean is false without values.
func (s Sample) Mean() (float64, bool) {
	if s.N <= 0 {
		return 0, false
	}
	return s.Sum / s.N, true
}

// Variance is the unbiased one; false for fewer than two values.
func (s Sample) Variance() (float64, bool) {
	if s.N < 2 {
		return 0, false
	}
	v := (s.SumSquares - s.Sum*s.Sum/s.N) / (s.N - 1)
	return math.Max(v, 0), true // cancellation leaves a little below 0 when all values are the same
}

// Welch is how many standard errors the mean of now lies above that of base, for populations of
// unequal variance and size:
//
//	                m₁ − m₀
//	z  =  ───────────────────────────
//	      √( deff · (v₁/n₁ + v₀/n₀) )
//
// Over ln(TTFT), m₁ − m₀ is the logarithm of the ratio of geometric means. deff is the design effect, by
// how much the variance of a mean is larger than for independent values, 1 + (m − 1)ρ for clusters of m
// with correlation ρ: latencies of neighbours in one queue are alike.
// 2 is a fair default, 4 under strong queueing (L. Kish, Survey Sampling, 1965).
//
// It is false when either side has fewer than two values or neither has any spread. B. L. Welch, The
// generalization of "Student's" problem when several different population variances are involved,
// Biometrika 34 (1947), 28-35. With samples above thirty z is read as a normal deviate: 3.09 is
// one in a thousand.
func Welch(now, base Sample, deff float64) (z float64, ok bool) {
	v1, ok1 := now.Variance()
	v0, ok0 := base.Variance()
	if !ok1 || !ok0 || deff <= 0 {
		return 0, false
	}
	variance := deff * (v1/now.N + v0/base.N)
	if variance <= 0 {
		return 0, false
	}
	m1, _ := now.Mean()
	m0, _ := base.Mean()
	return (m1 - m0) / math.Sqrt(variance), true
}
