package prober

import (
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// resumed is a load that was taken up, with what its server was told to hold.
type resumed struct {
	journal
	mu       sync.Mutex
	held     []chat.Conversation
	heldAt   []time.Time
	takeEach time.Duration // time that it takes to hold one
}

func (r *resumed) hold(_ Target, last chat.Conversation) {
	time.Sleep(r.takeEach)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held, r.heldAt = append(r.held, last), append(r.heldAt, time.Now())
}

func (r *resumed) run(t *testing.T, seed uint64, d time.Duration) {
	t.Helper()
	p := newTestProber(Options{
		Connect:  func(Target) (Sender, error) { return newServer(seed), nil },
		Observer: r, Seed: seed, Resume: r.hold,
	})
	if err := p.Apply([]Target{example("t", ProfileLoad)}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(d)
	if err := p.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// A load that is taken up has its set-point from its first minute on, and no turn that a running load would not have.
func TestResumedLoadIsSteady(t *testing.T) {
	const minutes = 20
	synctest.Test(t, func(t *testing.T) {
		r, start := &resumed{}, time.Now()
		r.run(t, 1, minutes*time.Minute)
		sent, results := of[Sent](r.all()), of[Result](r.all())
		if at := sent[0].At.Sub(start); at != 0 {
			t.Errorf("the first request was sent after %s, want at once", at)
		}
		if first := results[0]; first.Turn.MaxTokens > 24 || first.Turn.Tokens > 60_000 {
			t.Errorf("the first turn is %+v, want a brief one", first.Turn)
		}
		firstsAreWarm(t)
		sum, warm := 0.0, 0
		for _, s := range sent {
			sum += float64(s.Tokens)
		}
		for _, x := range results {
			if !x.Steady() {
				t.Errorf("%s turn %d of session %s", x.Turn.Phase, x.Turn.Number, x.Turn.Session)
			}
			if x.Turn.Phase == workload.Warm {
				warm++
			}
		}
		// Some 21 Poisson arrivals a minute, whose sizes differ by a third: three standard deviations.
		near := 3 * 1.06 / math.Sqrt(float64(len(sent)))
		if tpm := sum / minutes; math.Abs(tpm/2.5e6-1) > near {
			t.Errorf("%.2f M tokens a minute, want 2.5 M within %.0f %%", tpm/1e6, 100*near)
		}
		if share := float64(warm) / float64(len(results)); share < 0.95 {
			t.Errorf("%.0f %% of the turns are warm", 100*share)
		}
		if len(r.held) < 15 {
			t.Errorf("%d histories are held, want those of some twenty sessions", len(r.held))
		}
	})
}

// firstsAreWarm looks at the first turns of loads whose sessions pause for longer than a cache keeps them: a load has a
// warm one at once all the same.
func firstsAreWarm(t *testing.T) {
	t.Helper()
	p := newTestProber(Options{Observer: discard{}, Seed: 3})
	idle := example("t", ProfileLoad)
	idle.Workload.IdleShare = 1 - idle.Workload.HumanShare
	for range 5 {
		l := p.newLoop(idle, prompt{})
		l.pool.resume(time.Now())
		s, _ := l.pool.take(time.Now(), 0)
		if turn, _, _ := l.pool.draw(s, time.Now()); turn.Phase != workload.Warm || turn.MaxTokens > 24 && !turn.Recall {
			t.Errorf("the first turn is %+v", turn)
		}
	}
}

// The first request goes out once its own history is held; those of the other sessions are held before any of theirs.
func TestResumeDoesNotWaitForAllHistories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, start := &resumed{takeEach: 10 * time.Millisecond}, time.Now()
		r.run(t, 2, time.Minute)
		sent := of[Sent](r.all())
		if at := sent[0].At.Sub(start); at != r.takeEach {
			t.Errorf("the first request was sent after %s, want after its history, %s", at, r.takeEach)
		}
		if n := r.held[0].Len(); n != 2 {
			t.Errorf("the first history has %d messages, want the 2 of a session after its first turn", n)
		}
		if last := r.heldAt[len(r.heldAt)-1]; sent[1].At.Before(last) {
			t.Errorf("the second request was sent %s before the last history was held", last.Sub(sent[1].At))
		}
	})
}

// Without Resume nothing is taken up: the first request is the trial.
func TestLoadBeginsWithATrial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &journal{}
		p := newTestProber(Options{Connect: func(Target) (Sender, error) { return newServer(1), nil }, Observer: j, Seed: 1})
		if err := p.Apply([]Target{example("t", ProfileLoad)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := p.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if first := of[Result](j.all())[0]; first.Turn.Phase != workload.Bootstrap || first.Turn.Tokens > 10_000 {
			t.Errorf("the first turn is %+v, want the trial", first.Turn)
		}
	})
}

// A load that is stopped while it is taken up does not hold the rest of the histories first.
func TestResumeStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, start := &resumed{takeEach: time.Second}, time.Now()
		r.run(t, 2, 2500*time.Millisecond)
		if took := time.Since(start); took > 4*time.Second || len(r.held) > 3 {
			t.Errorf("it stopped after %s, with %d histories", took, len(r.held))
		}
	})
}
