package prober

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// bench is one target on one scripted server, in a bubble.
type bench struct {
	*testing.T
	start   time.Time
	prober  *Prober
	server  *server
	journal *journal
}

func newBench(t *testing.T, target Target, script func(*chat.Request) answer) *bench {
	t.Helper()
	b := &bench{T: t, start: time.Now(), server: newServer(1), journal: &journal{}}
	b.server.answer = script
	b.prober = newTestProber(Options{
		Connect:  func(Target) (Sender, error) { return b.server, nil },
		Observer: b.journal, Seed: 1, Version: "test",
	})
	if err := b.prober.Apply([]Target{target}); err != nil {
		t.Fatal(err)
	}
	return b
}

// stop returns all that was observed up to the end.
func (b *bench) stop() []Event {
	b.Helper()
	if err := b.prober.Stop(context.Background()); err != nil {
		b.Fatal(err)
	}
	return b.journal.all()
}

func inTime(r *chat.Request) answer {
	return answer{ttft: time.Second, duration: 5 * time.Second, output: int64(r.MaxTokens)}
}

func reasons(events []Event) map[Reason]int {
	m := map[Reason]int{}
	for _, s := range of[Skipped](events) {
		m[s.Reason]++
	}
	return m
}

// The events of a target, from first to last, and what a result says.
func TestLoopTellsItsStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, example("t", ProfileWatch), inTime)
		time.Sleep(10*time.Minute + time.Nanosecond)
		events := b.stop()
		if _, ok := events[0].(Started); !ok {
			t.Errorf("the first event is %T", events[0])
		}
		if p, ok := events[1].(RateChanged); !ok || p != (RateChanged{Target: "t", SetPoint: 125_000, Effective: 125_000}) {
			t.Errorf("the second event is %+v", events[1])
		}
		if s, ok := events[len(events)-1].(Stopped); !ok || s.Target != "t" {
			t.Errorf("the last event is %+v", events[len(events)-1])
		}
		results := of[Result](events)
		if len(results) < 10 {
			t.Fatalf("%d results in ten minutes", len(results))
		}
		ids := map[string]bool{}
		for i, r := range results {
			checkResult(t, i, r)
			ids[r.ID] = true
		}
		if len(ids) != len(results) {
			t.Errorf("%d request ids for %d results", len(ids), len(results))
		}
		if n := b.server.seen().closed; n != 1 {
			t.Errorf("the sender was closed %d times", n)
		}
	})
}

func checkResult(t *testing.T, i int, r Result) {
	t.Helper()
	if lag, ok := r.Lag(); !ok || lag != 0 {
		t.Errorf("result %d: lag %s %v, in a bubble there is none", i, lag, ok)
	}
	if ttft, ok := r.TTFT(); r.Outcome == chat.OK && (!ok || ttft != time.Second) {
		t.Errorf("result %d: TTFT %s %v, want 1s", i, ttft, ok)
	}
	if len(r.ID) != 32 || r.Target != "t" {
		t.Errorf("result %d: id %q, target %q", i, r.ID, r.Target)
	}
	if trial := i == 0; trial != (r.Turn.Tokens < 10_000) {
		t.Errorf("result %d: a prompt of %d tokens; the first, and no other, is a trial", i, r.Turn.Tokens)
	}
}

// What the server counts corrects the size of what is sent next.
func TestLoopLearns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, example("t", ProfileWatch), inTime)
		b.server.change(func(s *server) { s.tokensPerWord = 1.25 })
		time.Sleep(time.Hour)
		for i, r := range of[Result](b.stop()) {
			counted, ok := r.Usage.Input.Value()
			off := float64(counted)/float64(r.Turn.Tokens) - 1
			if ok && i > 3 && (off > 0.01 || off < -0.01) {
				t.Errorf("result %d: %d tokens expected, %d counted", i, r.Turn.Tokens, counted)
			}
		}
	})
}

// verdicts are shown with the time at which the journal got them.
func verdicts(j *journal, n slo.Name) (out []string) {
	for i, e := range j.events {
		if v, ok := e.(Judged); ok && v.SLO == n {
			out = append(out, fmt.Sprintf("bad %v, %s after it was known", v.Bad, j.at[i].Sub(v.At)))
		}
	}
	return out
}

// A hang is bad when its threshold passes (plus the grace), 295 s before its timeout; a token in time
// is good when it comes. Bootstrap turns are not judged, so the hang begins later.
func TestLoopJudgesLive(t *testing.T) {
	rows := []struct {
		name string
		late answer // of every turn but bootstraps
		want string
	}{
		{
			"one millisecond early",
			answer{ttft: 4999 * time.Millisecond, duration: time.Minute, output: 100},
			"bad false, 0s after it was known",
		},
		{ // dated to the threshold, judged exactly at the end
			"one millisecond late",
			answer{ttft: 5001 * time.Millisecond, duration: time.Minute, output: 100},
			"bad true, 1m0.001s after it was known",
		},
		{"hang", answer{duration: 5 * time.Minute, outcome: chat.Timeout}, "bad true, 250ms after it was known"},
		{"broken at once", answer{duration: time.Second, outcome: chat.Broken}, "bad true, 0s after it was known"},
		{ // 4.9 s from when it was in hand
			"new connection",
			answer{setUp: 200 * time.Millisecond, ttft: 4900 * time.Millisecond, duration: time.Minute, output: 100},
			"bad false, 0s after it was known",
		},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sessions := map[string]int{}
				b := newBench(t, example("t", ProfileWatch), func(q *chat.Request) answer {
					if sessions[q.Session]++; sessions[q.Session] == 1 {
						return inTime(q)
					}
					return r.late
				})
				time.Sleep(20 * time.Minute)
				events := b.stop()
				got := verdicts(b.journal, slo.TTFT)
				cold := 0 // first turns that are no bootstrap: judged good at once
				for _, res := range of[Result](events) {
					if res.Turn.Phase == workload.Cold {
						cold++
					}
				}
				matching := 0
				for _, v := range got {
					if v == r.want {
						matching++
					}
				}
				if matching < 5 || matching < len(got)-cold-8 {
					t.Errorf("%d of %d ttft verdicts are %q: %q", matching, len(got), r.want, got)
				}
			})
		})
	}
}

// Every steady exchange has one verdict of each kind that applies to it, unless its outcome excuses the
// endpoint.
func TestLoopJudgesEachOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		b := newBench(t, example("t", ProfileLoad), func(q *chat.Request) answer {
			n++
			a := inTime(q)
			switch n % 6 {
			case 1:
				a.outcome = chat.Broken
			case 2:
				a = answer{duration: 40 * time.Second, outcome: chat.Timeout}
			case 3:
				a.ttft = 10100 * time.Millisecond
			case 4:
				a.output = 15 // too short to have a rate
			case 5:
				a = answer{duration: time.Second, outcome: chat.Denied} // no event of any objective
			}
			if q.Expect != "" {
				a.recall = chat.Wrong
			}
			return a
		})
		time.Sleep(time.Hour)
		events := b.stop()
		got, want := map[slo.Name][2]int{}, map[slo.Name][2]int{}
		add := func(m map[slo.Name][2]int, n slo.Name, bad bool) {
			c := m[n]
			c[0]++
			if bad {
				c[1]++
			}
			m[n] = c
		}
		for _, v := range of[Judged](events) {
			add(got, v.SLO, v.Bad)
		}
		for _, r := range of[Result](events) {
			if r.Turn.Phase == workload.Recovery {
				continue // no event of any objective
			}
			if r.Outcome.Excused() {
				if r.Steady() && !r.FirstToken.IsZero() && r.FirstToken.Sub(r.Started) <= 10*time.Second {
					add(want, slo.TTFT, false) // was known before
				}
				if r.Steady() && r.FirstToken.IsZero() && r.End.Sub(r.Started) >= 10*time.Second+slo.Grace {
					add(want, slo.TTFT, true) // and so was this
				}
				continue
			}
			ok := r.Outcome == chat.OK
			add(want, slo.Availability, !ok)
			if r.Steady() {
				ttft, has := r.TTFT()
				add(want, slo.TTFT, !has || ttft > 10*time.Second)
				if tps, has := r.TPS(); has || !ok {
					add(want, slo.TPS, !ok || tps < 20)
				}
				if r.Recall != chat.NotAsked {
					add(want, slo.Recall, true)
				}
			}
		}
		// Slots that went unused while a trial hung are judged too, as bad for both.
		unused := got[slo.TTFT][0] - want[slo.TTFT][0]
		if unused < 0 || unused > len(of[Skipped](events)) {
			t.Errorf("%d verdicts on slots, of %d that went unused", unused, len(of[Skipped](events)))
		}
		for _, n := range slo.Names() {
			if n == slo.TTFT || n == slo.Availability {
				want[n] = [2]int{want[n][0] + unused, want[n][1] + unused}
			}
			if got[n] != want[n] || got[n][0] == 0 {
				t.Errorf("%s: %v events and bad ones, want %v", n, got[n], want[n])
			}
		}
	})
}

// Throttled answers halve the rate and stop the load for as long as the server asked.
func TestLoopBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var until time.Time // of the throttling
		b := newBench(t, example("t", ProfileWatch), func(q *chat.Request) answer {
			if time.Now().Before(until) {
				return answer{duration: 100 * time.Millisecond, outcome: chat.Throttled, retry: 3 * time.Minute}
			}
			return inTime(q)
		})
		// All but the trial and perhaps a turn before it are throttled.
		b.server.change(func(*server) { until = b.start.Add(12 * time.Minute) })
		time.Sleep(90 * time.Minute)
		events := b.stop()
		checkAway(t, of[Result](events))
		if skipped := reasons(events); skipped[Backoff] < 4 {
			t.Errorf("skipped %v in twelve minutes of backing off", skipped)
		}
		rates := of[RateChanged](events)
		low := rates[0].Effective
		for i, p := range rates[1:] {
			if p.SetPoint != 125_000 || p.Effective == rates[i].Effective {
				t.Errorf("%+v after %+v", p, rates[i])
			}
			low = min(low, p.Effective)
		}
		if low >= 62_501 || low < SentinelTPM || rates[len(rates)-1].Effective != 125_000 {
			t.Errorf("lowest rate %v, last %+v", low, rates[len(rates)-1])
		}
	})
}

// checkAway checks that nothing is sent for three minutes after a throttled answer.
func checkAway(t *testing.T, results []Result) {
	t.Helper()
	throttled := 0
	for _, r := range results {
		if r.Outcome != chat.Throttled {
			continue
		}
		throttled++
		for _, s := range results {
			if s.Started.After(r.End) && s.Started.Before(r.End.Add(3*time.Minute)) {
				t.Fatalf("sent %s after a server had asked for three minutes", s.Started.Sub(r.End))
			}
		}
	}
	if throttled < 2 {
		t.Fatalf("%d throttled results: nothing was tested", throttled)
	}
}
