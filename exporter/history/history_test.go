package history

import (
	"errors"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

func TestRing(t *testing.T) {
	for _, row := range []struct {
		limits []int // of each push of 1, 2, 3, …
		want   []int
	}{
		{[]int{3, 3}, []int{1, 2}},                   // not full
		{[]int{3, 3, 3, 3, 3}, []int{3, 4, 5}},       // the oldest two gone
		{[]int{3, 3, 3, 3, 2}, []int{4, 5}},          // more targets, less room for each
		{[]int{2, 2, 2, 4, 4, 4}, []int{3, 4, 5, 6}}, // and the other way round, from the middle of a turn
		{[]int{1, 1, 1}, []int{3}},
	} {
		var r ring[int]
		for i, limit := range row.limits {
			r.push(i+1, limit)
		}
		if got := r.newest(100); !slices.Equal(got, row.want) {
			t.Errorf("%v: %v, want %v", row.limits, got, row.want)
		}
		if got := r.newest(1); !slices.Equal(got, row.want[len(row.want)-1:]) {
			t.Errorf("%v: newest %v, want %v", row.limits, got, row.want[len(row.want)-1])
		}
		if got := r.newest(0); len(got) != 0 {
			t.Errorf("%v: none asked, %v given", row.limits, got)
		}
	}
}

func TestNearestRank(t *testing.T) {
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(i + 1)
	}
	for _, row := range []struct {
		sorted  []float64
		q, want float64
	}{
		{[]float64{7}, .5, 7},
		{[]float64{1, 2}, .5, 1}, // half of them are no larger
		{[]float64{1, 2, 3, 4}, .5, 2},
		{[]float64{1, 2, 3, 4}, .95, 4},
		{hundred, .95, 95},
		{hundred, 1, 100},
		{hundred, 0, 1},
	} {
		if got, ok := nearestRank(row.sorted, row.q); !ok || got != row.want {
			t.Errorf("%v of %d: %v, want %v", row.q, len(row.sorted), got, row.want)
		}
	}
	if _, ok := nearestRank([]float64{}, .5); ok {
		t.Error("a quantile of nothing")
	}
}

func TestMeter(t *testing.T) {
	zero := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(s float64) time.Time { return zero.Add(time.Duration(s * float64(time.Second))) }
	for _, row := range []struct {
		name  string
		since float64
		adds  []float64 // 100 tokens at each of these seconds
		now   float64
		want  float64 // tokens per minute
		ok    bool
	}{
		{"young", 0, []float64{5, 15}, 20, 600, true},                      // 200 in 20 s
		{"first half second", 0, nil, .5, 0, false},                        // says nothing
		{"old", 0, []float64{5, 65, 75, 125}, 135, 200 / (65. / 60), true}, // the slots of 70 to 135 s hold two
		{"silent", 0, []float64{5}, 200, 0, true},                          // long ago
		{"born within the window", 100, []float64{105}, 130, 200, true},    // 100 in 30 s
		{"told late", 0, []float64{125, 55}, 135, 100 / (65. / 60), true},  // an answer of long ago disturbs nothing
	} {
		m := meter{since: at(row.since)}
		for _, a := range row.adds {
			m.add(at(a), 100)
		}
		got, ok := m.perMinute(at(row.now))
		if ok != row.ok || math.Abs(got-row.want) > 1e-9 {
			t.Errorf("%s: %v, %v; want %v, %v", row.name, got, ok, row.want, row.ok)
		}
	}
	var m meter
	m.add(time.Time{}, 1) // never happened
}

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
		if s, ok := h.Summary("a"); !ok || s.State != Starting || s.TTFTWarm.OK() || s.SetPoint != nil || s.CacheRatio != nil {
			t.Errorf("before anything happened: %+v", s)
		}
		h.Observe(ttftOf(99, workload.Warm)) // falls out of the window
		time.Sleep(Window - 30*time.Second)
		for i := range 20 {
			h.Observe(ttftOf(float64(i+1)/10, workload.Warm)) // 0.1 to 2.0 s
		}
		h.Observe(ttftOf(3, workload.Cold))
		h.Observe(ttftOf(4, workload.Resume))     // cold as well
		h.Observe(ttftOf(50, workload.Bootstrap)) // counted, not measured
		h.Observe(prober.RateChanged{Target: "a", SetPoint: 1e6, Effective: 5e5})
		h.Observe(prober.Skipped{Target: "a", Reason: prober.Backoff})
		for _, bad := range []bool{true, false, false, false} {
			h.Observe(prober.Judged{Verdict: slo.Verdict{Target: "a", SLO: slo.TTFT, Bad: bad}})
		}
		time.Sleep(40 * time.Second)
		s, ok := h.Summary("a")
		if !ok || s.State != BackOff {
			t.Errorf("state %q, %v; want %q", s.State, ok, BackOff)
		}
		if want := (Quantiles{20, 1, 1.9}); s.TTFTWarm != want {
			t.Errorf("warm %+v, want %+v", s.TTFTWarm, want)
		}
		if want := (Quantiles{2, 3, 4}); s.TTFTCold != want {
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
		if s.Skipped[prober.Backoff] != 1 || *s.Effective != 5e5 {
			t.Errorf("skipped %v, effective %v", s.Skipped, *s.Effective)
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
		paused := probertest.Target("p")
		paused.Load.Paused = true
		h.Observe(prober.Started{Target: paused})
		if s, _ := h.Summary("p"); s.State != IsPaused {
			t.Errorf("%s, want %s", s.State, IsPaused)
		}
	})
}

func TestHistoryKeepsTheLast(t *testing.T) {
	h := New()
	h.Observe(prober.Started{Target: probertest.Target("a")})
	for i := range keptPerTarget + 5 {
		h.Observe(probertest.WarmWith(func(r *prober.Result) { r.Turn.Number = i }))
	}
	all, ok := h.Last("a", 1000)
	if !ok || len(all) != keptPerTarget || all[0].Turn != 5 || all[len(all)-1].Turn != keptPerTarget+4 {
		t.Errorf("%d results, from turn %d; want %d, from 5", len(all), all[0].Turn, keptPerTarget)
	}
	if two, _ := h.Last("a", 2); len(two) != 2 || two[1].Turn != keptPerTarget+4 {
		t.Errorf("last two: %+v", two)
	}
	h.Observe(prober.Stopped{Target: "a"})
	h.Observe(probertest.Warm("a"))
	if _, ok := h.Last("a", 1); ok {
		t.Error("a stopped target is remembered")
	}
	if _, ok := h.Summary("a"); ok || len(h.Targets()) != 0 {
		t.Error("a stopped target is summed up")
	}
}

// A fleet shares the room: 10,000 targets keep five results each, not fifty.
func TestHistoryOfAFleet(t *testing.T) {
	h := New()
	for i := range 10_000 {
		h.Observe(prober.Started{Target: prober.Target{Name: string(rune('\u4e00' + i))}})
	}
	h.Observe(prober.Started{Target: probertest.Target("a")})
	for range keptPerTarget {
		h.Observe(probertest.Warm("a"))
	}
	if all, _ := h.Last("a", 1000); len(all) != keptAtLeast {
		t.Errorf("%d results kept, want %d", len(all), keptAtLeast)
	}
}
