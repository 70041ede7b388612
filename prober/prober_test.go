package prober

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// rig is a Prober whose servers are kept by the order in which they were connected.
type rig struct {
	*Prober
	journal *journal
	servers []*server
	names   []string
	refuse  string // the name of a target that cannot be connected
}

func newRig() *rig {
	r := &rig{journal: &journal{}}
	r.Prober = newTestProber(Options{Connect: r.connect, Observer: r.journal, Seed: 1, Version: "test"})
	return r
}

func (r *rig) connect(t Target) (Sender, error) {
	if t.Name == r.refuse {
		return nil, errors.New("no such certificate")
	}
	s := newServer(uint64(len(r.servers)))
	r.servers = append(r.servers, s)
	r.names = append(r.names, t.Name)
	return s, nil
}

// story is the life of targets as observed: +name for Started, ~name for Described, -name for Stopped.
func (r *rig) story() (out []string) {
	for _, e := range r.journal.all() {
		switch e := e.(type) {
		case Started:
			out = append(out, "+"+e.Target.Name)
		case Described:
			out = append(out, "~"+e.Target.Name)
		case Stopped:
			out = append(out, "-"+e.Target)
		}
	}
	return out
}

func (r *rig) running() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.Prober.running))
}

func TestApply(t *testing.T) {
	a, b, c := example("a", ProfileWatch), example("b", ProfileWatch), example("c", ProfileSentinel)
	changed := b
	changed.Load.TokensPerMinute = 50_000
	labelled := b
	labelled.Labels, labelled.Engine = map[string]string{"team": "agents"}, "vllm"
	broken := example("d", ProfileWatch)
	broken.Load.MaxInFlight = 0
	rows := []struct {
		name  string
		then  []Target // after a and b
		err   string
		story []string // from then on
		run   []string
		conns int // senders made, in all
	}{
		{"the same", []Target{b, a}, "", nil, []string{"a", "b"}, 2}, // whatever the order
		{"one more", []Target{a, b, c}, "", []string{"+c"}, []string{"a", "b", "c"}, 3},
		{"one less", []Target{a}, "", []string{"-b"}, []string{"a"}, 2},
		{ // the old one has ended before the new one starts
			"one changed", []Target{a, changed}, "", []string{"-b", "+b"}, []string{"a", "b"}, 3,
		},
		{"one described in other words", []Target{a, labelled}, "", []string{"~b"}, []string{"a", "b"}, 2},
		{"none", nil, "", []string{"-a", "-b"}, nil, 2},
		{"one for another", []Target{a, c}, "", []string{"-b", "+c"}, []string{"a", "c"}, 3},
		{"duplicates", []Target{a, c, a}, `two targets are named "a"`, nil, []string{"a", "b"}, 2},
		{ // c's sender is made, and closed again
			"cannot be connected",
			[]Target{c, example("refused", ProfileWatch)},
			`target "refused": no such certificate`, nil,
			[]string{"a", "b"},
			3,
		},
		{"invalid", []Target{c, broken}, `target "d": load.max_in_flight: 0 is below 1`, nil, []string{"a", "b"}, 2},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig()
				r.refuse = "refused"
				if err := r.Apply([]Target{a, b}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				before := len(r.story())
				checkError(t, r.Apply(row.then), row.err)
				story := r.story()[before:]
				slices.SortStableFunc(story,
					func(x, y string) int { return strings.Compare(x[1:], y[1:]) }) // side by side: in any order
				if !slices.Equal(story, row.story) {
					t.Errorf("events %q, want %q", story, row.story)
				}
				if run := r.running(); !slices.Equal(run, row.run) || len(r.servers) != row.conns {
					t.Errorf("running %q on %d senders, want %q on %d", run, len(r.servers), row.run, row.conns)
				}
				r.checkProgress(t)
				if err := r.Stop(context.Background()); err != nil {
					t.Error(err)
				}
				r.checkClosed(t)
			})
		})
	}
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" && err != nil {
		t.Fatal(err)
	}
	if want != "" && (err == nil || err.Error() != want) {
		t.Errorf("error %v, want %s", err, want)
	}
}

// checkProgress checks that the running targets go on sending, and no others.
func (r *rig) checkProgress(t *testing.T) {
	t.Helper()
	before := r.sent()
	time.Sleep(time.Hour)
	for i, s := range r.servers {
		running := slices.Contains(r.running(), r.names[i]) && s.seen().closed == 0
		if went := s.seen().sent > before[i]; went != running {
			t.Errorf("sender %d of %q: sent more %v, running %v", i, r.names[i], went, running)
		}
	}
}

func (r *rig) sent() (out []int) {
	for _, s := range r.servers {
		out = append(out, s.seen().sent)
	}
	return out
}

func (r *rig) checkClosed(t *testing.T) {
	t.Helper()
	for i, s := range r.servers {
		if seen := s.seen(); seen.closed != 1 || seen.open != 0 {
			t.Errorf("sender %d of %q: closed %d times, %d exchanges open", i, r.names[i], seen.closed, seen.open)
		}
	}
}

// An unchanged target keeps its sessions: its next turn is a warm one of a session that it had.
func TestApplyLeavesSessionsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		a := example("a", ProfileSentinel)
		if err := r.Apply([]Target{a}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Minute)
		old := of[Result](r.journal.all())
		if err := r.Apply([]Target{a, example("b", ProfileSentinel)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(4 * time.Minute)
		last := old[len(old)-1].Turn
		for _, res := range of[Result](r.journal.all())[len(old):] {
			if res.Target == "a" && (res.Turn.Session != last.Session || res.Turn.Number != last.Number+1) {
				t.Errorf("turn %d of %s after turn %d of %s", res.Turn.Number, res.Turn.Session, last.Number, last.Session)
			}
			if res.Target == "a" {
				break
			}
		}
		if err := r.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// A target that is changed starts new sessions: the server must not know them, nor must two probers
// of one configuration and different seeds.
func TestSessionsAreStrangers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		for i := range 3 {
			a := example("a", ProfileSentinel)
			a.Load.TokensPerMinute += float64(i)
			if err := r.Apply([]Target{a}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Minute)
		}
		if err := r.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		generation, of1st := 0, map[string]int{}
		for _, e := range r.journal.all() {
			switch e := e.(type) {
			case Started:
				generation++
			case Result:
				if g, known := of1st[e.Turn.Session]; known && g != generation {
					t.Errorf("session %s of start %d is back in start %d", e.Turn.Session, g, generation)
				}
				of1st[e.Turn.Session] = generation
			}
		}
		if generation != 3 || len(of1st) < 6 {
			t.Errorf("%d starts with %d sessions: nothing was tested", generation, len(of1st))
		}
	})
}

// The same seed gives the same day, to the request id.
func TestProberRepeats(t *testing.T) {
	day := func(seed uint64) (out []string) {
		synctest.Test(t, func(t *testing.T) {
			j, start := &journal{}, time.Now()
			p := newTestProber(Options{
				Connect: func(Target) (Sender, error) { return newServer(9), nil }, Observer: j, Seed: seed,
			})
			if err := p.Apply([]Target{example("a", ProfileWatch)}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Hour)
			for _, r := range of[Result](j.all()) {
				out = append(out, fmt.Sprint(r.Scheduled.Sub(start), r.ID, r.Turn))
			}
			if err := p.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
		return out
	}
	first := day(1)
	if !slices.Equal(first, day(1)) {
		t.Error("the same seed gave different days")
	}
	if slices.Equal(first, day(2)) || len(first) < 100 {
		t.Errorf("another seed gave the same day of %d requests", len(first))
	}
}

// Stop cancels the requests in flight, waits for them, and loses no result.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		targets := []Target{example("a", ProfileLoad), example("b", ProfileLoad), example("c", ProfileLoad)}
		if err := r.Apply(targets); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Minute)
		inFlight := 0
		for _, s := range r.servers {
			inFlight += s.seen().open
		}
		before := time.Now()
		if err := r.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(before); took != 0 {
			t.Errorf("took %s", took)
		}
		results, cancelled, sent := of[Result](r.journal.all()), 0, 0
		for _, res := range results {
			if res.Outcome == chat.Cancelled {
				cancelled++
			}
		}
		for _, s := range r.servers {
			sent += s.seen().sent
		}
		if cancelled != inFlight || inFlight == 0 || len(results) != sent {
			t.Errorf("%d in flight, %d cancelled; %d sent, %d results", inFlight, cancelled, sent, len(results))
		}
		if story := r.story(); len(story) != 6 || len(r.running()) != 0 {
			t.Errorf("events %q, running %q", story, r.running())
		}
		r.checkClosed(t)
		if err := r.Apply(nil); !errors.Is(err, errStopped) {
			t.Errorf("after Stop, Apply said %v", err)
		}
		if err := r.Stop(context.Background()); err != nil {
			t.Errorf("a second Stop said %v", err)
		}
	})
}

// A sender that does not hear its context is abandoned by name when the time is up, and only it.
func TestStopIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		if err := r.Apply([]Target{example("deaf", ProfileLoad), example("fine", ProfileLoad)}); err != nil {
			t.Fatal(err)
		}
		r.servers[0].change(func(s *server) {
			s.deaf = true
			s.answer = func(*chat.Request) answer { return answer{ttft: time.Hour, output: 1} }
		})
		time.Sleep(10 * time.Minute)
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		before := time.Now()
		err := r.Stop(ctx)
		if took := time.Since(before); took != 5*time.Second {
			t.Errorf("took %s, want 5s", took)
		}
		if err == nil || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(),
			"requests in flight: deaf:") {
			t.Errorf("error %v", err)
		}
		if story := r.story(); !slices.Equal(story, []string{"+deaf", "+fine", "-fine"}) {
			t.Errorf("events %q", story)
		}
		if err := r.Stop(context.Background()); err != nil { // waits for what is left
			t.Error(err)
		}
		if story := r.story(); !slices.Contains(story, "-deaf") {
			t.Errorf("events %q", story)
		}
	})
}

// A Stop during an Apply that waits for loops to end leaves nothing running.
func TestStopDuringApply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		if err := r.Apply([]Target{example("deaf", ProfileLoad)}); err != nil {
			t.Fatal(err)
		}
		r.servers[0].change(func(s *server) {
			s.deaf = true
			s.answer = func(*chat.Request) answer { return answer{ttft: time.Minute, output: 1} }
		})
		time.Sleep(10 * time.Minute)
		applied := make(chan error)
		go func() { applied <- r.Apply([]Target{example("next", ProfileWatch)}) }()
		synctest.Wait()
		if err := r.Stop(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-applied; !errors.Is(err, errStopped) {
			t.Errorf("Apply said %v", err)
		}
		r.checkClosed(t)
		if story := r.story(); !slices.Equal(story, []string{"+deaf", "-deaf"}) {
			t.Errorf("events %q", story)
		}
	})
}

// BenchmarkTurn is what a turn costs the prober itself: slot, session, goroutine, result, verdicts.
func BenchmarkTurn(b *testing.B) {
	target := example("t", ProfileLoad)
	p := New(Options{Observer: discard{}, Seed: 1})
	l := p.newLoop(target, prompt{})
	l.begin(context.Background(), time.Now())
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range l.pool.sessions {
			s.ready = time.Time{}
		}
		now := time.Now()
		l.slot(ctx, now, now)
		l.advance(0)
		l.wake()
		if len(l.inflight) > 0 {
			l.finish(<-l.finished, now)
		}
	}
}

type discard struct{}

func (discard) Observe(Event) {}

// prompt is a Sender that answers at once.
type prompt struct{}

func (prompt) Send(_ context.Context, r *chat.Request, first func(time.Time)) chat.Exchange {
	now := time.Now()
	first(now)
	x := chat.Exchange{Outcome: chat.OK, Reused: true}
	x.Started, x.Connected, x.FirstToken, x.LastToken, x.End = now, now, now, now, now
	x.Usage.Output = chat.Counted(int64(r.MaxTokens))
	return x
}

func (prompt) Close() {}
