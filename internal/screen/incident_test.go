package screen

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// answer is an answer that was sent now: its time to first token, tokens per second, and share of the prompt from the
// cache. It also waits as long as it takes, and tells the objective.
func answer(h *history.History, ttft time.Duration, tps, cached float64, phase workload.Phase) {
	const tokens, prompt = 101, 1000
	start := time.Now()
	first := start.Add(ttft)
	last := first.Add(time.Duration((tokens - 1) / tps * float64(time.Second)))
	x := chat.Exchange{
		Instants: chat.Instants{Started: start, Connected: start, FirstToken: first, LastToken: last, End: last},
		Outcome:  chat.OK, Reused: true,
		Whole: chat.Receipts{Reads: tokens, Events: tokens, FirstEvents: 1, First: first, Last: last},
		Usage: chat.Usage{
			Input: chat.Counted(prompt), Cached: chat.Counted(int64(cached * prompt)), Output: chat.Counted(tokens),
		},
	}
	time.Sleep(last.Sub(start))
	h.Observe(prober.Result{Target: "a", Turn: workload.Turn{Phase: phase, Cached: prompt}, Scheduled: start, Exchange: x})
	h.Observe(prober.Judged{Verdict: slo.Verdict{Target: "a", SLO: slo.TTFT, Bad: ttft > time.Second}})
}

// TestIncident follows an incident from before it to after it.
func TestIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := history.New()
		h.Observe(prober.Started{Target: prober.Target{
			Name: "a", SLOs: map[slo.Name]slo.Objective{slo.TTFT: {Ratio: 0.95, Threshold: 1}},
		}})
		for range 10 {
			answer(h, 500*time.Millisecond, 100, 1, workload.Warm)
		}
		from := time.Now()
		w := newWatch(Incident{Target: "a", What: "it is slow", From: from, Until: from.Add(30 * time.Second)}, h)
		look := func(want ...string) {
			t.Helper()
			w.update(h, time.Now())
			lines := w.lines(time.Now(), 80, style{})
			for i, line := range want {
				if lines[i] != line {
					t.Errorf("after %s got\n%s\nwant\n%s", time.Since(from), lines[i], line)
				}
			}
		}
		look("INCIDENT 0s of 30s · a: it is slow", "  p50 TTFT 0.50 → – s · TPS 100 → –",
			"  no objective burns faster than it may")
		answer(h, 500*time.Millisecond, 100, 1, workload.Warm)
		for range 3 {
			answer(h, 3*time.Second, 50, 0, workload.Warm)
		}
		answer(h, 5*time.Second, 50, 0, workload.Bootstrap) // no user waits for such a turn
		look("INCIDENT 23s of 30s · a: it is slow", "  p50 TTFT 0.50 → 3.00 s · TPS 100 → 50 · cached 100% → 25%",
			"  error budget burns: ttft 16x (4 of 5 bad)")
		time.Sleep(time.Until(w.Until))
		answer(h, 600*time.Millisecond, 80, 1, workload.Warm)
		look("INCIDENT over for 1s · a: it is slow",
			"  p50 TTFT 0.50 → 3.00 → 0.60 s · TPS 100 → 50 → 80 · cached 100% → 25% → 100%",
			"  error budget burns: ttft 13x (4 of 6 bad)")
		for range 100 { // the history has only these, and of the incident nothing is forgotten
			answer(h, 700*time.Millisecond, 80, 1, workload.Warm)
			w.update(h, time.Now())
		}
		look("INCIDENT over for 3m16s · a: it is slow",
			"  p50 TTFT 0.50 → 3.00 → 0.70 s · TPS 100 → 50 → 80 · cached 100% → 25% → 100%")
	})
}

// TestFailuresAreCounted leaves the times to those that were answered.
func TestFailuresAreCounted(t *testing.T) {
	w := watch{before: sample{TTFT: is(1), TPS: is(100)}, during: sample{TTFT: is(1), TPS: is(100), Failed: 7}}
	if got := w.effect(78); got != "p50 TTFT 1.00 → 1.00 s · TPS 100 → 100 · 7 failed" {
		t.Error(got)
	}
	if got := times(1.25) + " " + times(9.0) + " " + times(34.9); got != "1.2 9 35" {
		t.Error(got)
	}
	w.burns = []burn{{slo.Availability, 7, 20, 35}, {slo.TTFT, 7, 20, 7}}
	if got := w.burning(60); got != "error budget burns: availability 35x (7 of 20 bad) …" {
		t.Error(got)
	}
}

// TestSummaryTellsOfIncidents checks what stays at the end, and that an incident leaves the screen after a minute.
func TestSummaryTellsOfIncidents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		var played []Incident
		s := shownOn(&out)
		s.Incidents = func() []Incident { return played }
		h := twoTargets(t)
		time.Sleep(time.Minute)
		played = append(played, Incident{
			Target: "first", What: "it is slow", From: time.Now(), Until: time.Now().Add(45 * time.Second),
		})
		s.follow(h)
		if w := s.incident(time.Now()); w == nil || w.Target != "first" {
			t.Errorf("%+v is shown", w)
		}
		time.Sleep(45*time.Second + shownFor)
		s.follow(h)
		if w := s.incident(time.Now()); w != nil {
			t.Errorf("%+v is shown", w)
		}
		if got := s.summary(); got[0] != "After 1m00s, for 45s: first: it is slow" || len(got) != 4 {
			t.Errorf("%q", got)
		}
	})
}
