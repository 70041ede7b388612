package prober

import (
	"fmt"
	"math"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// soakSize is how many targets the soak has: 10,000 take some 30 s of two processors, too long under
// the race detector or with -short. A smaller fleet's load scatters more, by
// 0.6 % of its set-point in an hour for 500 targets and 1.3 % for 100 against 0.15 %, still inside the 2 %.
func soakSize() int {
	switch {
	case testing.Short():
		return 100
	case raceEnabled:
		return 500
	}
	return 10_000
}

func small() bool { return raceEnabled || testing.Short() }

// mixed is a fleet with nine paid APIs to each deployment of one's own.
func mixed(n int) []Target {
	targets := make([]Target, n)
	for i := range targets {
		profile := ProfileSentinel
		if i%10 == 0 {
			profile = ProfileWatch
		}
		targets[i] = example(fmt.Sprintf("t%05d", i), profile)
	}
	return targets
}

// tokenizers differ: most make one token of a word, some models a third more, some less.
func tokenizers(i int) float64 {
	switch i % 7 {
	case 3:
		return 1.3
	case 5:
		return 0.9
	}
	return 1
}

func setPoint(targets []Target) (tpm float64) {
	for _, t := range targets {
		tpm += t.Load.TokensPerMinute
	}
	return tpm
}

// memory in use after a collection.
type memory struct {
	heap       float64 // bytes
	goroutines float64
}

func measure() memory {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return memory{float64(m.HeapAlloc), float64(runtime.NumGoroutine())}
}

// The fleet offers its set-point in every hour, the first included, and costs no more in the last
// than in the first.
func TestSoakFleet(t *testing.T) {
	hours := 3
	if small() {
		hours = 2
	}
	synctest.Test(t, func(t *testing.T) {
		targets := mixed(soakSize())
		p, f := launch(t, targets, tokenizers)
		want := setPoint(targets) * 60
		var first memory
		for h := range hours {
			time.Sleep(time.Hour)
			m := measure()
			if h == 0 {
				first = m
			}
			var tokens int64
			for _, a := range f {
				tokens += a.hours[h].Load()
			}
			off := float64(tokens)/want - 1
			t.Logf("hour %d: %+.2f %% off the set-point, heap %.1f MiB, %.0f goroutines", h+1, 100*off, m.heap/(1<<20),
				m.goroutines)
			if math.Abs(off) > 0.02 {
				t.Errorf("hour %d: the offered load is %+.2f %% off its set-point", h+1, 100*off)
			}
			if m.heap > 1.1*first.heap+(1<<20) {
				t.Errorf("hour %d: %.0f bytes of heap, %.0f after the first hour", h+1, m.heap, first.heap)
			}
			if m.goroutines > 1.05*first.goroutines+50 {
				t.Errorf("hour %d: %.0f goroutines, %.0f after the first hour", h+1, m.goroutines, first.goroutines)
			}
		}
		settleAccounts(t, p, f)
	})
}

// Near-regular arrivals show a wrong first gap best: a full gap, instead of the rest of one, loses half
// a slot of twenty, 2.3 % of the hour. σ of the fleet is 0.35 %.
func TestSoakFirstHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var targets []Target
		for i := range 400 {
			targets = append(targets, example(fmt.Sprintf("s%d", i), ProfileSentinel))
		}
		p, f := launch(t, targets, tokenizers)
		time.Sleep(time.Hour)
		var tokens int64
		for _, a := range f {
			tokens += a.offered(1)
		}
		if off := float64(tokens)/(setPoint(targets)*60) - 1; math.Abs(off) > 0.012 {
			t.Errorf("the first hour's load is %+.2f %% off its set-point", 100*off)
		}
		settleAccounts(t, p, f)
	})
}

// One target under 2.5M TPM of prompts of 45k to 200k tokens is within 2 % over a day, and over a quarter of one.
func TestSoakLoad(t *testing.T) {
	hours := 24
	if testing.Short() {
		hours = 6
	}
	synctest.Test(t, func(t *testing.T) {
		targets := []Target{example("b", ProfileLoad), example("a", ProfileLoad)}
		if small() {
			targets = targets[:1]
		}
		p, f := launch(t, targets, func(i int) float64 { return 1 + 0.3*float64(i) })
		time.Sleep(time.Duration(hours) * time.Hour)
		for name, a := range f {
			off := float64(a.offered(hours))/float64(2_500_000*60*hours) - 1
			t.Logf("%s: %+.2f %% over %d h, %d sent, %d skipped", name, 100*off, hours, a.sent.Load(), a.skips())
			if math.Abs(off) > 0.02 {
				t.Errorf("%s: the offered load is %+.2f %% off its set-point", name, 100*off)
			}
			if share := float64(a.skips()) / float64(a.sent.Load()); share > 0.01 {
				t.Errorf("%s: %.1f %% of slots skipped: too few sessions", name, 100*share)
			}
		}
		settleAccounts(t, p, f)
	})
}

// A small target is as near to its set-point as its own arrivals allow. Over n slots with gaps of
// relative variance 1/k and prompts of relative variance c², the deviation of the offered load is
//
//	σ = √( (1/k + c²) / n ),   n = TPM · T / E[ISL]
//
// for a sentinel's day √((1/16 + 0.03)/480) = 1.4 %, for a watch's √((1 + 0.03)/3000) = 1.9 %.
func TestSoakSmall(t *testing.T) {
	const hours = 24
	synctest.Test(t, func(t *testing.T) {
		var targets []Target
		pairs := 20
		if small() {
			pairs = 5
		}
		for i := range pairs {
			targets = append(targets, example(fmt.Sprintf("sentinel%d", i), ProfileSentinel))
			targets = append(targets, example(fmt.Sprintf("watch%d", i), ProfileWatch))
		}
		p, f := launch(t, targets, tokenizers)
		time.Sleep(hours * time.Hour)
		var sumOfSquares float64
		for _, target := range targets {
			a := f[target.Name]
			want := target.Load.TokensPerMinute * 60 * hours
			mean, spread := a.tokens.read()
			sigma := math.Sqrt((1/target.Load.ArrivalShape + spread) / (want / mean))
			deviation := (float64(a.offered(hours))/want - 1) / sigma
			sumOfSquares += deviation * deviation
			if math.Abs(deviation) > 4 {
				t.Errorf("%s: the offered load is %.1f σ off its set-point, σ = %.2f %%", target.Name, deviation, 100*sigma)
			}
		}
		t.Logf("rms of %d targets: %.2f σ", len(targets), math.Sqrt(sumOfSquares/float64(len(targets))))
		settleAccounts(t, p, f)
	})
}
