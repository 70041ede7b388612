package simulator_test

import (
	"math"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

const (
	warmup    = 12 * time.Minute // whole histories are computed once and the queue behind them has gone
	published = 2.5e6            // tokens per minute
)

// span is how long one engine is watched, and by how many seeds.
func span() (d time.Duration, seeds uint64) {
	if raceEnabled || testing.Short() {
		return 36 * time.Minute, 1
	}
	return 80 * time.Minute, 3
}

// TestPublishedTable holds the calibrated profiles to the published figures, under the prober's own
// load: Together AI, "Benchmarking inference at scale: coding agents".
func TestPublishedTable(t *testing.T) {
	d, seeds := span()
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
			if f.right == 0 || f.wrong > 0 {
				t.Errorf("%s: %d recall questions answered right, %d wrong", row.engine, f.right, f.wrong)
			}
			t.Logf("seed %d %-12s TTFT p50 %.2f s p95 %.2f s, TPS p50 %.1f, cached %.1f %%, %d turns", seed, row.engine, f.ttft, f.p95, f.tps, 100*f.hit, f.n)
			within(t, row.engine+" TTFT p50", f.ttft, row.ttft, 0.10)
			if below := f.ttft < 1; below != (row.engine == "together") {
				t.Errorf("%s: TTFT p50 is %.2f s: the first alone is under one second", row.engine, f.ttft)
			}
			if f.hit < 0.95 {
				t.Errorf("%s: %.1f %% of the prompts cached: sessions are not warm", row.engine, 100*f.hit)
			}
			tps[row.engine] = f.tps
		}
		within(t, "together's TPS over tensorrt-llm's", tps["together"]/tps["tensorrt-llm"], 1.31, 0.10)
		if tps["sglang"] >= tps["tensorrt-llm"] {
			t.Errorf("sglang's TPS %.1f is not below tensorrt-llm's %.1f", tps["sglang"], tps["tensorrt-llm"])
		}
	}
}

// TestKnee raises the load past what the engines carry: first the tail, then the median leaves, and
// the prefix cache collapses because the sessions no longer fit.
func TestKnee(t *testing.T) {
	const d = 42 * time.Minute
	for _, engine := range []string{"together", "sglang"} {
		var at []figures
		for _, times := range []float64{0.5, 1, 2, 3} {
			f := play(t, profile(t, engine), published*times, 7, d).after(warmup)
			t.Logf("%s at %.1fx: TTFT p50 %.2f s p95 %.2f s, TPS p50 %.1f, cached %.1f %%", engine, times, f.ttft, f.p95, f.tps, 100*f.hit)
			at = append(at, f)
		}
		for i := 1; i < len(at); i++ {
			if at[i].ttft < 0.93*at[i-1].ttft { // below the knee only the mix of prompt sizes moves it
				t.Errorf("%s: TTFT p50 falls from %.2f s to %.2f s as the load rises", engine, at[i-1].ttft, at[i].ttft)
			}
		}
		if at[3].ttft < 10*at[1].ttft {
			t.Errorf("%s: TTFT p50 at three times the load is %.2f s, %.2f s before: no explosion", engine, at[3].ttft, at[1].ttft)
		}
		if at[2].p95 < 2*at[1].p95 {
			t.Errorf("%s: TTFT p95 at twice the load is %.2f s, %.2f s before", engine, at[2].p95, at[1].p95)
		}
		if !(at[1].hit > at[2].hit+0.02 && at[2].hit > at[3].hit) || at[3].hit > 0.3 {
			t.Errorf("%s: cached shares %.3f, %.3f, %.3f do not collapse", engine, at[1].hit, at[2].hit, at[3].hit)
		}
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
