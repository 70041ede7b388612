package prober

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 3)) }

// Mean and variance of Gamma(k) are k and k; a sample of n has its own errors of both.
func TestGamma(t *testing.T) {
	const n = 200_000
	for _, k := range []float64{0.3, 1, 1.5, 16, 17, 400} {
		random := seeded(uint64(k * 10))
		var sum, squares float64
		for range n {
			x := gamma(random, k)
			sum += x
			squares += x * x
		}
		mean := sum / n
		variance := squares/n - mean*mean
		if sigma := math.Sqrt(k / n); math.Abs(mean-k) > 4*sigma {
			t.Errorf("k = %v: mean %.4f", k, mean)
		}
		if sigma := math.Sqrt((2*k*k + 6*k) / n); math.Abs(variance-k) > 4*sigma { // fourth moment of a gamma
			t.Errorf("k = %v: variance %.4f", k, variance)
		}
	}
}

// Slots come at the rate asked for, as regularly as asked for.
func TestArrivals(t *testing.T) {
	const n, mean = 50_000, 3 * time.Minute
	for _, k := range []float64{0.5, 1, 16} {
		a := newArrivals(seeded(1), k)
		start := time.Unix(0, 0)
		a.start(start, mean)
		var squares float64
		for range n {
			before := a.due
			a.advance(mean)
			gap := a.due.Sub(before).Seconds() / mean.Seconds()
			squares += (gap - 1) * (gap - 1)
		}
		took := a.due.Sub(start).Seconds() / mean.Seconds()
		if math.Abs(took/n-1) > 4/math.Sqrt(k*n) {
			t.Errorf("k = %v: %d gaps took %.0f means", k, n, took)
		}
		if got := squares / n * k; math.Abs(got-1) > 0.1 {
			t.Errorf("k = %v: relative variance of gaps is %.3f/k", k, got)
		}
		if a.used != n+1 {
			t.Errorf("k = %v: %d slots used, want %d", k, a.used, n+1)
		}
	}
}

// A schedule that starts is in the middle of its life: in any window, the first included, there are
// as many slots on average as it has mean gaps. A full gap first would give 19.5 in 20.
func TestArrivalsFromTheFirstMinute(t *testing.T) {
	const runs, gaps = 20_000, 20
	for _, k := range []float64{1, 16} {
		random := seeded(2)
		slots := 0
		for range runs {
			a := newArrivals(random, k)
			start := time.Unix(0, 0)
			for a.start(start, time.Minute); a.due.Sub(start) < gaps*time.Minute; a.advance(time.Minute) {
				slots++
			}
		}
		mean := float64(slots) / runs
		if sigma := math.Sqrt(gaps / k / runs); math.Abs(mean-gaps) > 5*sigma {
			t.Errorf("k = %v: %.3f slots in the first %d gaps", k, mean, gaps)
		}
	}
}

// The same seed gives the same schedule, another seed another.
func TestArrivalsRepeat(t *testing.T) {
	times := func(seed uint64) (out [50]time.Duration) {
		a := newArrivals(seeded(seed), 16)
		a.start(time.Time{}, time.Minute)
		for i := range out {
			a.advance(time.Minute)
			out[i] = a.due.Sub(time.Time{})
		}
		return out
	}
	first, again := times(1), times(1)
	if first != again {
		t.Error("the same seed gave different schedules")
	}
	if first == times(2) {
		t.Error("different seeds gave the same schedule")
	}
}

func TestGap(t *testing.T) {
	rows := []struct {
		tokens, perMinute float64
		want              time.Duration
	}{
		{60_000, 20_000, 3 * time.Minute},      // a sentinel
		{125_000, 2_500_000, 3 * time.Second},  // a capacity review
		{60_000, 1e-300, math.MaxInt64 / 4},    // saturates instead of turning negative
		{200_000, 1e12, 12 * time.Microsecond}, // absurd, but a number
	}
	for _, r := range rows {
		if got := gap(r.tokens, r.perMinute); got != r.want {
			t.Errorf("gap(%v, %v) = %s, want %s", r.tokens, r.perMinute, got, r.want)
		}
	}
}

// loss is the share of slots that find all of m sessions busy.
func loss(m int, erlangs float64) float64 {
	b := 1.0
	for i := 1; i <= m; i++ {
		b = erlangB(i, erlangs, b)
	}
	return b
}

func TestErlang(t *testing.T) {
	rows := []struct {
		m    int
		a    float64
		want float64
	}{
		{0, 3, 1},            // no servers: all lost
		{1, 1, 0.5},          // a/(1+a)
		{2, 1, 0.2},          // (a²/2)/(1+a+a²/2)
		{5, 3, 0.110054},     // published tables: 11.0 %
		{10, 5, 0.018385},    // 1.84 %
		{28, 17.3, 0.004684}, // what 2.5M TPM needs
	}
	for _, r := range rows {
		if got := loss(r.m, r.a); math.Abs(got-r.want) > 2e-4*r.want+1e-5 {
			t.Errorf("B(%d, %v) = %.6f, want %.6f", r.m, r.a, got, r.want)
		}
	}
	for _, a := range []float64{0.01, 0.5, 1.7, 17.3, 400} {
		m := sessionsFor(a, maxLoss)
		if loss(m, a) > maxLoss || m > 1 && loss(m-1, a) <= maxLoss {
			t.Errorf("%v Erlangs: %d is not the smallest number of sessions", a, m)
		}
	}
}
