package history

import (
	"testing"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

func TestStateOfTheBudget(t *testing.T) {
	h := New()
	h.Observe(prober.Started{Target: probertest.Target("a")})
	rate := prober.RateChanged{Target: "a", SetPoint: 1e6}
	state := func(effective float64, level budget.Level, want State) {
		t.Helper()
		rate.Effective, rate.Budget = effective, level
		h.Observe(rate)
		if s, _ := h.Summary("a"); s.State != want {
			t.Errorf("%v tokens a minute, budget %s: %q, want %q", effective, level, s.State, want)
		}
	}
	state(0, budget.Stopped, NoBudget) // before the first answer, too
	state(1e6, budget.Normal, Starting)
	h.Observe(probertest.Warm("a"))
	state(2e4, budget.Reduced, NoBudget)
	state(1e6, budget.Reduced, Steady) // a sentinel
	state(5e5, budget.Normal, BackOff)
	h.Observe(probertest.WarmWith(probertest.Refused))
	state(2e4, budget.Reduced, Failing)
	state(0, budget.Stopped, NoBudget)
}
