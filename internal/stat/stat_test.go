package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance }

func TestWilsonLower(t *testing.T) {
	rows := []struct{ k, n, z, want float64 }{
		{0, 0, Z95, 0},       // nothing seen, nothing proved
		{0, 10, Z95, 0},      // none bad
		{1, 1, Z95, 0.26987}, // n/(n+z²): one of one
		{2, 2, Z95, 0.42504}, // two of two pass a threshold of 0.35
		{10, 10, Z95, 0.78706},
		{5, 20, Z95, 0.127377},   // of 20 probes, five bad: surely above a budget of 5 %
		{8, 10, 1.96, 0.49016},   // textbook: 8 of 10 at 95 % two-sided is (0.490, 0.943)
		{50, 100, 1.96, 0.40383}, // textbook: (0.404, 0.596)
		{2.5, 5, 1.96, 0.17042},  // fractions, as a rate over a window gives
		{12, 10, Z95, 0.78706},   // extrapolation of counters can give more bad than all: taken as all
		{1, 100, Z95, 0.002234},
		{500, 1000, Z95, 0.474028}, // narrows with n
	}
	for _, r := range rows {
		if got := WilsonLower(r.k, r.n, r.z); !near(got, r.want, 2e-5) {
			t.Errorf("WilsonLower(%v, %v, %v) = %.6f, want %.6f", r.k, r.n, r.z, got, r.want)
		}
	}
}

// The bound is what it says: of windows whose true share is p, about 5 % claim more than p.
func TestWilsonLowerCoverage(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const n, p, windows = 200, 0.1, 20_000
	above := 0
	for range windows {
		k := 0
		for range n {
			if random.Float64() < p {
				k++
			}
		}
		if WilsonLower(float64(k), n, Z95) > p {
			above++
		}
	}
	if share := float64(above) / windows; share < 0.03 || share > 0.07 {
		t.Errorf("%.1f %% of windows claim more than the truth, want about 5 %%", 100*share)
	}
}
