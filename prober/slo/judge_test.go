package slo

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// all objectives, with a TTFT threshold of 4 s and a rate of 20 tokens per second.
func all() map[Name]Objective {
	return map[Name]Objective{
		TTFT:         {Ratio: 0.95, Threshold: 4},
		TPS:          {Ratio: 0.95, Threshold: 20},
		Availability: {Ratio: 0.99},
		Recall:       {Ratio: 0.95},
	}
}

// play runs a judge in the time of a bubble as a loop does: a first token after first (0 is none), then
// the end after end. It returns each verdict as "slo good|bad at (returned)", both times after the start.
func play(objectives map[Name]Objective, steady bool, first, end time.Duration, e Completion) []string {
	start := time.Now()
	j := NewJudge("t", objectives, start, steady)
	var got []string
	tell := func(v Verdict, ok bool) {
		if ok {
			word := map[bool]string{false: "good", true: "bad"}[v.Bad]
			got = append(got, fmt.Sprintf("%s %s %s (%s)", v.SLO, word, v.At.Sub(start), time.Since(start)))
		}
	}
	var mu sync.Mutex
	var group sync.WaitGroup
	group.Go(func() {
		if first > 0 {
			time.Sleep(first)
			mu.Lock()
			tell(j.FirstToken(time.Now()))
			mu.Unlock()
		}
	})
	group.Go(func() {
		if at, ok := j.Deadline(); ok && at.Sub(start) < end {
			time.Sleep(time.Until(at))
			mu.Lock()
			tell(j.Expire(time.Now()))
			mu.Unlock()
		}
	})
	time.Sleep(end)
	group.Wait()
	e.At = time.Now()
	for _, v := range j.Finish(e, nil) {
		tell(v, true)
	}
	return got
}

func TestJudge(t *testing.T) {
	const ms = time.Millisecond
	good := func(ttft time.Duration) Completion {
		return Completion{HasTTFT: true, TTFT: ttft, HasTPS: true, TPS: 30}
	}
	rows := []struct {
		name       string
		first, end time.Duration
		ending     Completion
		want       []string
	}{
		{ // known at the token, not at the end
			"in time", 3999 * ms, 10 * time.Second, good(3999 * ms),
			[]string{"ttft good 3.999s (3.999s)", "tps good 10s (10s)", "availability good 10s (10s)"},
		},
		{ // "within 4 s" includes 4 s
			"on the threshold", 4000 * ms, 10 * time.Second, good(4000 * ms),
			[]string{"ttft good 4s (4s)", "tps good 10s (10s)", "availability good 10s (10s)"},
		},
		{ // within the grace: judged exactly, dated to the threshold
			"one millisecond late", 4001 * ms, 10 * time.Second, good(4001 * ms),
			[]string{"ttft bad 4s (10s)", "tps good 10s (10s)", "availability good 10s (10s)"},
		},
		{ // of a new connection, which does not count
			"late by a handshake", 4100 * ms, 10 * time.Second, good(3900 * ms),
			[]string{"ttft good 10s (10s)", "tps good 10s (10s)", "availability good 10s (10s)"},
		},
		{ // bad at 4 s, not at the timeout
			"hang", 0, 300 * time.Second,
			Completion{Failed: true},
			[]string{"ttft bad 4s (4.25s)", "tps bad 5m0s (5m0s)", "availability bad 5m0s (5m0s)"},
		},
		{ // final, whatever is known later
			"late after the grace", 9 * time.Second, 10 * time.Second, good(3 * time.Second),
			[]string{"ttft bad 4s (4.25s)", "tps good 10s (10s)", "availability good 10s (10s)"},
		},
		{ // as soon as it failed
			"refused", 0, 2 * time.Second,
			Completion{Failed: true},
			[]string{"ttft bad 2s (2s)", "tps bad 2s (2s)", "availability bad 2s (2s)"},
		},
		{ // the first token was in time
			"broken after a first token", 1 * time.Second, 2 * time.Second,
			Completion{Failed: true, HasTTFT: true, TTFT: time.Second},
			[]string{"ttft good 1s (1s)", "tps bad 2s (2s)", "availability bad 2s (2s)"},
		},
		{
			"slow stream", 1 * time.Second, 20 * time.Second,
			Completion{HasTTFT: true, TTFT: time.Second, HasTPS: true, TPS: 19.9},
			[]string{"ttft good 1s (1s)", "tps bad 20s (20s)", "availability good 20s (20s)"},
		},
		{ // no tps event at all
			"too short for a rate", 1 * time.Second, 2 * time.Second,
			Completion{HasTTFT: true, TTFT: time.Second},
			[]string{"ttft good 1s (1s)", "availability good 2s (2s)"},
		},
		{ // finished properly without a token
			"empty answer", 0, 2 * time.Second,
			Completion{},
			[]string{"ttft bad 2s (2s)", "availability good 2s (2s)"},
		},
		{
			"asked and right", 1 * time.Second, 2 * time.Second,
			Completion{HasTTFT: true, TTFT: time.Second, Asked: true},
			[]string{"ttft good 1s (1s)", "availability good 2s (2s)", "recall good 2s (2s)"},
		},
		{
			"asked and wrong", 1 * time.Second, 2 * time.Second,
			Completion{HasTTFT: true, TTFT: time.Second, Asked: true, Wrong: true},
			[]string{"ttft good 1s (1s)", "availability good 2s (2s)", "recall bad 2s (2s)"},
		},
		{ // no answer, so no wrong one
			"asked and failed", 0, 2 * time.Second,
			Completion{Failed: true, Asked: true, Wrong: true},
			[]string{"ttft bad 2s (2s)", "tps bad 2s (2s)", "availability bad 2s (2s)"},
		},
		{"cancelled", 0, 2 * time.Second, Completion{Failed: true, Excused: true}, nil}, // our doing: no event
		{ // was known before
			"cancelled in a hang", 0, 5 * time.Second,
			Completion{Failed: true, Excused: true},
			[]string{"ttft bad 4s (4.25s)"},
		},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := play(all(), true, r.first, r.end, r.ending); !slices.Equal(got, r.want) {
					t.Errorf("verdicts\n got %q\nwant %q", got, r.want)
				}
			})
		})
	}
}

// A bootstrap turn is an event for availability only, and a target is judged by its own objectives.
func TestJudgeOfSomeObjectives(t *testing.T) {
	ttft := map[Name]Objective{TTFT: {Ratio: 0.95, Threshold: 4}}
	rows := []struct {
		name       string
		objectives map[Name]Objective
		steady     bool
		want       []string
	}{
		{"bootstrap", all(), false, []string{"availability bad 5m0s (5m0s)"}}, // it may well take minutes
		{
			"bootstrap without availability", ttft, false, nil,
		},
		{
			"ttft alone", ttft, true, []string{"ttft bad 4s (4.25s)"},
		},
		{"nothing", nil, true, nil}, // no SLOs at all
		{ // no threshold to wait for
			"availability alone", map[Name]Objective{Availability: {Ratio: 0.9}}, true, []string{"availability bad 5m0s (5m0s)"},
		},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := play(r.objectives, r.steady, 0, 300*time.Second, Completion{Failed: true}); !slices.Equal(got, r.want) {
					t.Errorf("got %q, want %q", got, r.want)
				}
			})
		})
	}
}

// However token, deadline and end race, there is one ttft verdict.
func TestJudgeDecidesOnce(t *testing.T) {
	for range 200 {
		start := time.Now()
		j := NewJudge("t", all(), start, true)
		var mu sync.Mutex
		decided := 0
		count := func(ok bool) {
			mu.Lock()
			defer mu.Unlock()
			if ok {
				decided++
			}
		}
		late := start.Add(4*time.Second + Grace)
		var group sync.WaitGroup
		group.Go(func() { _, ok := j.FirstToken(start.Add(time.Second)); count(ok) })
		group.Go(func() { _, ok := j.Expire(late); count(ok) })
		group.Go(func() { _, ok := j.FirstToken(start.Add(time.Second)); count(ok) })
		group.Go(func() { _, ok := j.Expire(late); count(ok) })
		group.Wait()
		for _, v := range j.Finish(Completion{At: late}, nil) {
			count(v.SLO == TTFT)
		}
		for _, after := range []*Judge{j, NewJudge("t", all(), start, true)} { // nothing comes after the end
			before := decided
			after.Finish(Completion{At: late}, nil)
			_, token := after.FirstToken(start)
			_, expired := after.Expire(late)
			if count(token); token || expired || decided != before {
				t.Fatal("a verdict after the end")
			}
		}
		if decided != 1 {
			t.Fatalf("%d ttft verdicts for one exchange", decided)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	objectives, start := all(), time.Now()
	e := Completion{At: start.Add(time.Minute), HasTTFT: true, TTFT: time.Second, HasTPS: true, TPS: 30}
	var room [4]Verdict
	b.ReportAllocs()
	for b.Loop() {
		j := NewJudge("t", objectives, start, true)
		j.Deadline()
		j.FirstToken(start.Add(time.Second))
		j.Finish(e, room[:0])
	}
}

// A first token that was received in time may be read a moment later, by a busy processor: until the grace is over, its
// absence is no verdict.
func TestExpireWaitsForTheGrace(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	threshold := start.Add(2 * time.Second)
	j := NewJudge("t", map[Name]Objective{TTFT: {Ratio: 0.95, Threshold: 2}}, start, true)
	if v, ok := j.Expire(threshold.Add(Grace - 1)); ok {
		t.Errorf("%+v within the grace", v)
	}
	if v, ok := j.FirstToken(threshold); !ok || v.Bad {
		t.Errorf("received in time, read late: %+v, %v", v, ok)
	}
}
