package prober

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

// Each row is a script of throttled answers (at, sent, Retry-After) and the state at given times: the
// rate, and "hold" while the server asked to be left alone.
func TestBackoff(t *testing.T) {
	type throttle struct{ at, sent, retry time.Duration }
	const m = time.Minute
	rows := []struct {
		name     string
		setPoint float64
		script   []throttle
		look     []time.Duration
		want     []string
	}{
		{
			"undisturbed", 100_000, nil,
			[]time.Duration{0, 60 * m},
			[]string{"100000", "100000"},
		},
		{
			"one", 100_000,
			[]throttle{{0, 0, 0}},
			[]time.Duration{0, 5*m - 1, 5 * m, 6 * m, 13 * m, 14 * m, 15 * m},
			// five clean minutes, then 5 % of the set-point each
			[]string{"50000", "50000", "55000", "60000", "95000", "100000", "100000"},
		},
		{
			"retry after", 100_000,
			[]throttle{{0, 0, 2 * m}},
			[]time.Duration{0, 2*m - 1, 2 * m, 7*m - 1, 7 * m}, // the minutes on hold are not clean ones: nothing was asked
			[]string{"50000 hold", "50000 hold", "50000", "50000", "55000"},
		},
		{
			"burst", 100_000,
			[]throttle{{m, 0, 0}, {m, 1, 0}, {m + 5*time.Second, 30 * time.Second, 0}},
			[]time.Duration{2 * m, 6*m + 4*time.Second, 6*m + 5*time.Second},
			// all sent before the first cut: one message, but the last one counts for cleanness
			[]string{"50000", "50000", "55000"},
		},
		{ // news of the lower rate; steps are of the set-point
			"again after the cut", 200_000,
			[]throttle{{m, 0, 0}, {3 * m, 2 * m, 0}},
			[]time.Duration{2 * m, 3 * m, 8 * m},
			[]string{"100000", "50000", "60000"},
		},
		{ // at the very instant is after it
			"sent at the cut", 200_000,
			[]throttle{{m, 0, 0}, {m + 1, m, 0}},
			[]time.Duration{2 * m},
			[]string{"50000"},
		},
		{ // the sentinel level, never below
			"to the floor", 100_000,
			[]throttle{{m, 0, 0}, {3 * m, 2 * m, 0}, {5 * m, 4 * m, 0}, {7 * m, 6 * m, 0}},
			[]time.Duration{3 * m, 5 * m, 8 * m},
			[]string{"25000", "20000", "20000"},
		},
		{ // is its own floor, and still holds
			"a sentinel", 20_000,
			[]throttle{{m, 0, m}},
			[]time.Duration{m, 2 * m},
			[]string{"20000 hold", "20000"},
		},
		{ // never above its set-point
			"less than a sentinel", 5_000,
			[]throttle{{m, 0, 0}},
			[]time.Duration{m, 20 * m},
			[]string{"5000", "5000"},
		},
		{ // the longer of the two holds
			"a shorter wish later", 100_000,
			[]throttle{{0, 0, 10 * m}, {m, -1, m}},
			[]time.Duration{3 * m, 10 * m},
			[]string{"50000 hold", "50000"},
		},
		{ // not blind for ever
			"a wrong date", 100_000,
			[]throttle{{0, 0, 1000 * time.Hour}},
			[]time.Duration{24*time.Hour - 1, 24 * time.Hour},
			[]string{"50000 hold", "50000"},
		},
		{
			"throttled while recovering", 100_000,
			[]throttle{{0, 0, 0}, {7*m + 1, 7 * m, 0}},
			[]time.Duration{7 * m, 8 * m, 12*m + 1},
			[]string{"65000", "32500", "37500"},
		},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			start := time.Unix(1e9, 0)
			b := newBackoff(r.setPoint)
			var got []string
			for _, at := range r.look {
				for len(r.script) > 0 && r.script[0].at <= at {
					s := r.script[0]
					r.script = r.script[1:]
					b.stepUp(start.Add(s.at))
					b.throttled(start.Add(s.at), start.Add(s.sent), s.retry)
				}
				b.stepUp(start.Add(at))
				state := fmt.Sprintf("%.0f", b.rate)
				if b.holds(start.Add(at)) {
					state += " hold"
				}
				got = append(got, state)
			}
			if !slices.Equal(got, r.want) {
				t.Errorf("at %v\n got %q\nwant %q", r.look, got, r.want)
			}
		})
	}
}

// throttled and stepUp report real changes only, and next is the exact instant of the next step.
func TestBackoffSaysWhenItChanges(t *testing.T) {
	start := time.Unix(1e9, 0)
	b := newBackoff(100_000)
	if _, ok := b.next(); ok {
		t.Error("a step ahead at the set-point")
	}
	if !b.throttled(start, start, 0) || b.throttled(start.Add(1), start.Add(-1), 0) {
		t.Error("want a change by the first throttled answer of a burst and none by the second")
	}
	steps := 0
	for {
		at, ok := b.next()
		if !ok {
			break
		}
		if b.stepUp(at.Add(-1)) {
			t.Fatal("rose before its time")
		}
		if !b.stepUp(at) {
			t.Fatal("did not rise at the time it named")
		}
		steps++
	}
	if steps != 10 || b.rate != 100_000 {
		t.Errorf("%d steps to %.0f, want 10 from a half to the whole", steps, b.rate)
	}
	if sentinel := newBackoff(SentinelTPM); sentinel.throttled(start, start, 0) {
		t.Error("a target at its floor says that it changed")
	}
}

// A back-off that is resumed holds for as long as it was asked to, at most a day from now, and starts at half the load.
func TestBackoffResumes(t *testing.T) {
	now := time.Unix(1e9, 0)
	for _, r := range []struct {
		name     string
		setPoint float64
		until    time.Duration // from now
		rate     float64
		holds    time.Duration
		resumed  bool
	}{
		{"in its hold", 100_000, time.Hour, 50_000, time.Hour, true},
		{"before it is clean", 100_000, -4 * time.Minute, 50_000, 0, true},
		{"long over", 100_000, -cleanTime, 100_000, 0, false},
		{"a wrong clock", 100_000, 1000 * time.Hour, 50_000, 24 * time.Hour, true},
		{"a sentinel", SentinelTPM, time.Hour, SentinelTPM, time.Hour, true},
	} {
		b := newBackoff(r.setPoint)
		since := now.Add(-time.Minute)
		b.resume(now, since, now.Add(r.until))
		if b.rate != r.rate || b.since.Equal(since) != r.resumed {
			t.Errorf("%s: %v tokens a minute, since %v", r.name, b.rate, b.since)
		}
		if r.holds > 0 && (!b.holds(now.Add(r.holds-1)) || b.holds(now.Add(r.holds))) {
			t.Errorf("%s: does not hold for %v", r.name, r.holds)
		}
		if next, ok := b.next(); ok != r.resumed || ok && !next.Equal(b.holdUntil.Add(cleanTime)) {
			t.Errorf("%s: next step %v, %v", r.name, next, ok)
		}
	}
}

// FuzzBackoff: whatever a server asks for, the load is cut as without it, held for a day at most, and rises no sooner.
func FuzzBackoff(f *testing.F) {
	for _, d := range []time.Duration{0, -1, math.MinInt64, math.MaxInt64, time.Second, 24 * time.Hour, 25 * time.Hour} {
		f.Add(int64(d), int64(d))
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, first, second int64) {
		plain, asked := newBackoff(1e6), newBackoff(1e6)
		for i, d := range []int64{first, second} {
			at := now.Add(time.Duration(i) * time.Minute)
			plain.throttled(at, at, 0)
			asked.throttled(at, at, time.Duration(d))
			if asked.rate != plain.rate || asked.nextStep.Before(plain.nextStep) || asked.since != plain.since {
				t.Fatalf("asked %s: %+v, without it %+v", time.Duration(d), asked, plain)
			}
			if asked.holds(at.Add(longestHold)) {
				t.Fatalf("asked %s: held until %s", time.Duration(d), asked.holdUntil)
			}
		}
	})
}
