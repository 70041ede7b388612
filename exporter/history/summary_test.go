package history

import (
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// answer ends now.
func answer(change func(*prober.Result)) prober.Result {
	return probertest.WarmWith(probertest.Now, change)
}

func ttftOf(seconds float64, phase workload.Phase) prober.Result {
	return answer(func(r *prober.Result) {
		r.Turn.Phase = phase
		r.FirstToken = r.Started.Add(time.Duration(seconds * float64(time.Second)))
	})
}

func TestSummary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New()
		h.Observe(prober.Started{Target: probertest.Target("a")})
		s, ok := h.Summary("a")
		if !ok || s.State != Starting || s.TTFTWarm.OK() || s.SetPoint != nil || s.CacheRatio != nil {
			t.Errorf("before anything happened: %+v", s)
		}
		h.Observe(ttftOf(99, workload.Warm)) // falls out of the window
		began := time.Now()
		time.Sleep(window - 30*time.Second)
		for i := range 20 {
			h.Observe(ttftOf(float64(i+1)/10, workload.Warm)) // 0.1 to 2.0 s
		}
		h.Observe(ttftOf(3, workload.Cold))
		h.Observe(ttftOf(4, workload.Resume))     // cold as well
		h.Observe(ttftOf(50, workload.Bootstrap)) // counted, not measured
		h.Observe(prober.RateChanged{Target: "a", SetPoint: 1e6, Effective: 5e5, ThrottledSince: began})
		h.Observe(prober.Skipped{Target: "a", Reason: prober.Backoff})
		for _, bad := range []bool{true, false, false, false} {
			h.Observe(prober.Judged{Verdict: slo.Verdict{Target: "a", SLO: slo.TTFT, Bad: true, Doubted: true}}) // no event
			h.Observe(prober.Judged{Verdict: slo.Verdict{Target: "a", SLO: slo.TTFT, Bad: bad}})
		}
		time.Sleep(40 * time.Second)
		s, ok = h.Summary("a")
		if !ok || s.State != BackOff {
			t.Errorf("state %q, %v; want %q", s.State, ok, BackOff)
		}
		if want := (Quantiles{N: 20, P50: 1, P95: 1.9}); s.TTFTWarm != want {
			t.Errorf("warm %+v, want %+v", s.TTFTWarm, want)
		}
		if want := (Quantiles{N: 2, P50: 3, P95: 4}); s.TTFTCold != want {
			t.Errorf("cold %+v, want %+v", s.TTFTCold, want)
		}
		if s.Requests != 23 || s.Outcomes[chat.OK] != 23 || s.Covered != 40*time.Second {
			t.Errorf("%d requests, %v over %s; want 23 ok over 40s", s.Requests, s.Outcomes, s.Covered)
		}
		if tpm, ok := s.TPM(); !ok || math.Abs(tpm-23*100_501) > 1e-6 { // all ended in the last minute
			t.Errorf("TPM %v, %v; want %v", tpm, ok, 23*100_501)
		}
		if math.Abs(s.Spent-24*.064515) > 1e-9 {
			t.Errorf("spent %v, want %v: since the start, not only in the window", s.Spent, 24*.064515)
		}
		if s.CacheRatio == nil || math.Abs(*s.CacheRatio-90./95) > 1e-9 {
			t.Errorf("cached ratio %v, want %v", s.CacheRatio, 90./95)
		}
		if ratio, ok := s.SLOs[slo.TTFT].Ratio(); !ok || ratio != .75 || s.SLOs[slo.TTFT].Objective != .95 {
			t.Errorf("attainment %+v, want 3 of 4 good of 95 %%", s.SLOs[slo.TTFT])
		}
		if s.Skipped[prober.Backoff] != 1 || *s.Effective != 5e5 || !s.ThrottledSince.Equal(began) {
			t.Errorf("skipped %v, effective %v since %v", s.Skipped, *s.Effective, s.ThrottledSince)
		}
	})
}

func TestState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New()
		h.Observe(prober.Started{Target: probertest.Target("a")})
		h.Observe(prober.RateChanged{Target: "a", SetPoint: 1, Effective: 1})
		for _, row := range []struct {
			outcome chat.Outcome
			want    State
		}{
			{chat.OK, Steady},
			{chat.Throttled, Failing},
			{chat.Cancelled, Failing}, // says nothing of the server
			{chat.OK, Steady},
		} {
			h.Observe(answer(func(r *prober.Result) { r.Outcome, r.Err = row.outcome, errors.New(string(row.outcome)) }))
			if s, _ := h.Summary("a"); s.State != row.want {
				t.Errorf("after %s: %s, want %s", row.outcome, s.State, row.want)
			}
		}
		if s, _ := h.Summary("a"); s.LastError != "throttled" {
			t.Errorf("last error %q, want that of the throttled request", s.LastError)
		}
		now := time.Now()
		for _, row := range []struct {
			pause prober.Pause
			want  State
		}{
			{prober.Pause{Since: now}, Paused},
			{prober.Pause{Until: now}, Maintenance},
			{prober.Pause{Since: now, Until: now}, Paused},
			{prober.Pause{}, Steady},
		} {
			h.Observe(prober.RateChanged{Target: "a", Pause: row.pause})
			s, _ := h.Summary("a")
			if s.State != row.want || s.PausedSince != row.pause.Since || s.MaintenanceUntil != row.pause.Until {
				t.Errorf("%+v: %s since %s, until %s; want %s", row.pause, s.State, s.PausedSince, s.MaintenanceUntil, row.want)
			}
		}
	})
}
