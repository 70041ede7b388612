package simulator_test

import (
	"math"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

const published = 2.5e6 // tokens per minute

// hurried reports whether simulated hours are too expensive here.
func hurried() bool { return raceEnabled || testing.Short() }

// span is how long one engine is watched, and from when on: whole histories have been computed once
// by then, and the queue behind them has gone. Sessions begin in the middle of their lives and last
// an hour, so in a short span the mix of prompt sizes is still that of the start, which one seed
// makes larger than another: the short span finds races and gross mistakes, and leaves the table to
// the long one.
func span() (warmup, d time.Duration, seeds uint64, by float64) {
	switch {
	case testing.Short():
		return 3*time.Minute + 30*time.Second, 5 * time.Minute, 1, 0.3
	case hurried():
		return 5 * time.Minute, 10 * time.Minute, 1, 0.3
	}
	return 12 * time.Minute, 150 * time.Minute, 3, 0.10
}

// TestPublishedTable compares the calibrated profiles with the published figures, under the prober's own
// load: Together AI, "Benchmarking inference at scale: coding agents".
func TestPublishedTable(t *testing.T) {
	warmup, d, seeds, by := span()
	for seed := range seeds {
		tps := map[string]float64{}
		for _, row := range []struct {
			engine string
			ttft   float64
		}{
			{"together", 0.71}, // the only one below a second
			{"tensorrt-llm", 1.1},
			{"sglang", 5.1},
		} {
			r := play(t, profile(t, row.engine), published, seed, d)
			f := r.after(warmup)
			if f.wrong > 0 || f.right == 0 && !hurried() {
				t.Errorf("%s: %d recall questions answered right, %d wrong", row.engine, f.right, f.wrong)
			}
			t.Logf("seed %d %-12s TTFT p50 %.2f s p95 %.2f s, TPS p50 %.1f, cached %.1f %%, %d turns", seed, row.engine,
				f.ttft, f.p95, f.tps, 100*f.hit, f.n)
			within(t, row.engine+" TTFT p50", f.ttft, row.ttft, by)
			if below := f.ttft < 1; below != (row.engine == "together") {
				t.Errorf("%s: TTFT p50 is %.2f s: the first alone is under one second", row.engine, f.ttft)
			}
			if f.hit < 0.95 {
				t.Errorf("%s: %.1f %% of the prompts cached: sessions are not warm", row.engine, 100*f.hit)
			}
			tps[row.engine] = f.tps
		}
		within(t, "together's TPS over tensorrt-llm's", tps["together"]/tps["tensorrt-llm"], 1.31, by)
		if tps["sglang"] >= tps["tensorrt-llm"] {
			t.Errorf("sglang's TPS %.1f is not below tensorrt-llm's %.1f", tps["sglang"], tps["tensorrt-llm"])
		}
	}
}

// TestKnee raises the load beyond the capacity of the engines: first the tail grows, then the median, and the
// prefix cache collapses because the sessions no longer fit.
func TestKnee(t *testing.T) {
	if hurried() {
		healthy := figures{ttft: 0.71, hit: 0.98} // as TestPublishedTable sees it
		collapsed(t, "together", healthy, at(t, "together", 3, 4*time.Minute, 8*time.Minute))
		return
	}
	for _, engine := range []string{"together", "sglang"} {
		var loads []figures
		for _, times := range []float64{0.5, 1, 2, 3} {
			loads = append(loads, at(t, engine, times, 12*time.Minute, 42*time.Minute))
		}
		for i, f := range loads[1:] {
			if f.ttft < 0.93*loads[i].ttft { // below the knee only the mix of prompt sizes moves it
				t.Errorf("%s: TTFT p50 falls from %.2f s to %.2f s as the load rises", engine, loads[i].ttft, f.ttft)
			}
		}
		healthy, over, gone := loads[1], loads[2], loads[3]
		if over.p95 < 2*healthy.p95 {
			t.Errorf("%s: TTFT p95 at twice the load is %.2f s, %.2f s before", engine, over.p95, healthy.p95)
		}
		if over.hit > healthy.hit-0.02 || over.hit < gone.hit {
			t.Errorf("%s: cached shares %.3f, %.3f, %.3f do not fall", engine, healthy.hit, over.hit, gone.hit)
		}
		collapsed(t, engine, healthy, gone)
	}
}

// at is an engine under a multiple of the published load.
func at(t *testing.T, engine string, times float64, warmup, d time.Duration) figures {
	t.Helper()
	f := play(t, profile(t, engine), published*times, 7, d).after(warmup)
	t.Logf("%s at %.1fx: TTFT p50 %.2f s p95 %.2f s, TPS p50 %.1f, cached %.1f %%", engine, times, f.ttft, f.p95, f.tps,
		100*f.hit)
	return f
}

func collapsed(t *testing.T, engine string, before, after figures) {
	t.Helper()
	if after.ttft < 10*before.ttft {
		t.Errorf("%s: TTFT p50 is %.2f s, %.2f s before: no explosion", engine, after.ttft, before.ttft)
	}
	if after.hit > 0.4 {
		t.Errorf("%s: %.1f %% still cached, %.1f %% before: no collapse", engine, 100*after.hit, 100*before.hit)
	}
}

func profile(t *testing.T, name string) simulator.Profile {
	t.Helper()
	p, ok := simulator.ProfileNamed(name)
	if !ok {
		t.Fatalf("no profile %s", name)
	}
	return p
}

func within(t *testing.T, what string, got, want, by float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got/want-1) > by {
		t.Errorf("%s is %.3f, want %.3f within %.0f %%", what, got, want, 100*by)
	}
}
