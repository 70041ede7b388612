package prober

import (
	"math"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

func newPool(profile string, change func(*Load)) *pool {
	t := example("t", profile)
	if change != nil {
		change(&t.Load)
	}
	p := &pool{
		shape:    &t.Workload,
		corpus:   testCorpus(),
		cal:      workload.NewCalibration(1),
		id:       workload.Identity{Seed: 1, Target: "t"},
		random:   seeded(1),
		estimate: testEstimates().Of(t.Workload),
	}
	p.size(t.Load)
	return p
}

func TestPoolSize(t *testing.T) {
	rows := []struct {
		name               string
		profile            string
		change             func(*Load)
		start, limit, busy int
	}{
		{"sentinel", ProfileSentinel, nil, 1, 1, 0}, // its one session is ready at once
		{"watch", ProfileWatch, nil, 7, 7, 2},       // 1.7 Erlangs
		{ // 17.3 Erlangs, as published accounts of 2.5M TPM have it
			"load", ProfileLoad, nil, 28, 28, 17,
		},
		{"room to grow", ProfileWatch, func(l *Load) { l.MaxSessions = 50 }, 7, 50, 2}, // starts with what it needs
		{"too few", ProfileLoad, func(l *Load) { l.MaxSessions = 3 }, 3, 3, 2},         // by wish: slots will be skipped
		{"next to nothing", ProfileWatch, func(l *Load) { l.TokensPerMinute = 1 }, 1, 1, 0},
	}
	for _, r := range rows {
		if p := newPool(r.profile, r.change); p.start != r.start || p.limit != r.limit || p.busy != r.busy {
			t.Errorf("%s: starts with %d of at most %d sessions, %d of them not ready, want %d of %d and %d", r.name, p.start,
				p.limit, p.busy, r.start, r.limit, r.busy)
		}
	}
}

// play takes the session's turn and settles it at once.
func (p *pool) play(s *sessionState, now time.Time, answer time.Duration) workload.Turn {
	turn, _, session := p.draw(s, now)
	p.settle(s, session, goodEnd(turn, now.Add(answer)))
	return turn
}

// The first request is the trial, alone. Sessions in the middle of their lives follow.
func TestPoolOpensWithATrial(t *testing.T) {
	p, now := newPool(ProfileLoad, nil), time.Unix(0, 0)
	p.open(now)
	s, ok := p.take(now, 0)
	if !ok {
		t.Fatal("no trial")
	}
	turn, _, session := p.draw(s, now)
	if turn.Tokens > 10_000 || turn.Phase != workload.Bootstrap {
		t.Errorf("the trial has %d tokens and phase %s", turn.Tokens, turn.Phase)
	}
	if _, ok := p.take(now, 0); ok {
		t.Error("a full prompt before the trial has been answered")
	}
	p.settle(s, session, goodEnd(turn, now.Add(time.Second)))
	s, ok = p.take(now.Add(time.Second), 0)
	if !ok {
		t.Fatal("nothing after the trial")
	}
	if turn = p.play(s, now, 0); turn.Tokens < 30_000 || turn.Phase != workload.Bootstrap {
		t.Errorf("after the trial: %d tokens, phase %s", turn.Tokens, turn.Phase)
	}
	if len(p.sessions) != p.start {
		t.Errorf("%d sessions, want %d", len(p.sessions), p.start)
	}
}

// At first as many sessions are ready as in a load that has been running for ever, and the others
// become ready one by one over a cycle.
func TestPoolIsStaggered(t *testing.T) {
	p, now := newPool(ProfileLoad, nil), time.Unix(0, 0)
	p.fill(now)
	cycle := p.estimate.Pause + answerTime
	ready := func(after time.Duration) (n int) {
		for _, s := range p.sessions {
			if !s.ready.After(now.Add(after)) {
				n++
			}
		}
		return n
	}
	if got, want := ready(0), p.start-p.busy; got != want {
		t.Errorf("%d sessions ready at first, want %d of %d", got, want, p.start)
	}
	if got, want := float64(ready(cycle/2)), float64(p.start)-float64(p.busy)/2; math.Abs(got-want) > 1 {
		t.Errorf("%v sessions ready after half a cycle, want about %v", got, want)
	}
	if got := ready(cycle); got != p.start {
		t.Errorf("%d sessions ready after a cycle, want all %d", got, p.start)
	}
	sizes := map[int64]bool{}
	for _, s := range p.sessions {
		sizes[s.session.NextTokens()/1000] = true
	}
	if len(sizes) < p.start/2 {
		t.Errorf("%d sessions have only %d sizes", p.start, len(sizes))
	}
}

// The session that has waited longest is taken, never one that is busy or pausing.
func TestPoolTakesTheLongestWaiting(t *testing.T) {
	p, now := newPool(ProfileWatch, nil), time.Unix(1000, 0)
	p.fill(now)
	for i, s := range p.sessions {
		s.ready = now.Add(time.Duration((i*6)%len(p.sessions)) * time.Second) // 0 6 5 4 3 2 1 seconds from now
	}
	if s, ok := p.take(now.Add(-1), 0); ok {
		t.Fatalf("took a session that is ready at %v", s.ready)
	}
	var last time.Time
	for range p.sessions {
		s, ok := p.take(now.Add(10*time.Second), 0)
		if !ok || s.ready.Before(last) {
			t.Fatalf("took %v after one ready at %v", s, last)
		}
		last = s.ready
		p.draw(s, now)
	}
	if _, ok := p.take(now.Add(time.Hour), 0); ok {
		t.Error("took a busy session")
	}
}

// When none is ready a new session starts, up to the limit. It is cold, at the beginning of its life.
func TestPoolGrowsToItsLimit(t *testing.T) {
	p, now := newPool(ProfileWatch, func(l *Load) { l.MaxSessions = 8 }), time.Unix(1000, 0)
	p.fill(now)
	for i := range 8 {
		s, ok := p.take(now.Add(time.Hour), 0)
		if !ok {
			t.Fatalf("no session %d of 8", i+1)
		}
		turn, _, _ := p.draw(s, now)
		want := workload.Bootstrap
		if i >= p.start {
			want = workload.Cold
		}
		if turn.Phase != want {
			t.Errorf("session %d starts %s, want %s", i+1, turn.Phase, want)
		}
	}
	if _, ok := p.take(now.Add(time.Hour), 0); ok {
		t.Error("a ninth session of eight")
	}
}

// A session that is over is replaced at once, so that mean always counts the next prompt.
func TestPoolReplacesSessions(t *testing.T) {
	p, now := newPool(ProfileSentinel, nil), time.Unix(0, 0)
	p.fill(now)
	seen := map[string]int{}
	for range 500 {
		s, ok := p.take(now, 0)
		if !ok {
			t.Fatal("the only session is not ready after its pause")
		}
		turn, _, session := p.draw(s, now)
		if next := p.sessions[0].session.NextTokens(); next <= 0 || p.mean() != float64(next) {
			t.Fatalf("mean is %v, the next prompt %d tokens", p.mean(), next)
		}
		if seen[turn.Session] > 0 && turn.Phase == workload.Cold {
			t.Fatal("an old session begins again")
		}
		if seen[turn.Session] == 0 && len(seen) > 0 && turn.Phase != workload.Cold {
			t.Fatalf("a new session begins %s", turn.Phase)
		}
		seen[turn.Session]++
		p.settle(s, session, goodEnd(turn, now.Add(time.Second)))
		now = now.Add(time.Second + turn.Pause)
	}
	if len(seen) < 10 {
		t.Errorf("%d sessions in 500 turns of some 25 each", len(seen))
	}
}

// A prompt that never reached the server is not expected in its cache, by any session.
func TestPoolRemembersWhatReachedTheServer(t *testing.T) {
	p, now := newPool(ProfileSentinel, nil), time.Unix(0, 0)
	p.fill(now)
	step := func(reached bool) workload.Turn {
		now = now.Add(time.Minute)
		s, _ := p.take(now, 0)
		turn, _, session := p.draw(s, now)
		r := goodEnd(workload.Turn{}, now)
		if !reached {
			r.FirstToken, r.Outcome = time.Time{}, chat.Refused
		}
		p.settle(s, session, r)
		return turn
	}
	rows := []struct {
		reached bool
		phase   workload.Phase
		why     string
	}{
		{false, workload.Bootstrap, "a whole history at once"},
		{true, workload.Bootstrap, "the last one never arrived"},
		{true, workload.Warm, "the last one was answered a minute ago"},
		{false, workload.Warm, "still"},
		{true, workload.Warm, "what did arrive is still there"},
	}
	for i, r := range rows {
		turn := step(r.reached)
		if turn.Phase != r.phase || (turn.Phase == workload.Warm) != (turn.Cached > turn.Tokens/2) {
			t.Errorf("turn %d: %s, %d of %d tokens cached, want %s: %s", i+1, turn.Phase, turn.Cached, turn.Tokens, r.phase,
				r.why)
		}
	}
}

func BenchmarkPool(b *testing.B) {
	p, now := newPool(ProfileLoad, nil), time.Unix(0, 0)
	p.fill(now)
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(3 * time.Second)
		if s, ok := p.take(now, 0); ok {
			p.play(s, now, 10*time.Second)
		}
		p.mean()
	}
}

// goodEnd is a good result of a turn.
func goodEnd(turn workload.Turn, end time.Time) Result {
	r := Result{Turn: turn}
	r.Outcome, r.FirstToken, r.End = chat.OK, end, end
	r.Usage.Input = chat.Counted(turn.Tokens)
	return r
}
