package prober

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// peaks are the most resident tokens of a run, and the largest prompt in tokens and bytes.
func peaks(events []Event) (resident, prompt, bytes int64) {
	for _, e := range events {
		switch e := e.(type) {
		case Sent:
			resident, prompt = max(resident, e.Resident), max(prompt, e.Tokens)
		case Result:
			resident, bytes = max(resident, e.ResidentTokens), max(bytes, e.Sent)
		}
	}
	return resident, prompt, bytes
}

// An ordinary load keeps about as much in the server's cache as is forecast, and is not held back.
func TestResidentAsExpected(t *testing.T) {
	for _, profile := range []string{ProfileSentinel, ProfileWatch} {
		synctest.Test(t, func(t *testing.T) {
			target := example("t", profile)
			want := target.ExpectedResident(testEstimates().Of(target.Workload))
			events := newBench(t, target, nil).runs(12 * time.Hour)
			most, _, _ := peaks(events)
			if most < want*8/10 || most > want*16/10 {
				t.Errorf("%s: %d tokens at most, forecast are %d", profile, most, want)
			}
			if n := reasons(events); n[Resident]+n[TooLarge] > 0 {
				t.Errorf("%s: skipped %v", profile, n)
			}
		})
	}
}

// An endpoint that takes minutes gets no more sessions than the ceiling has room for, and goes on being asked.
func TestResidentIsCapped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileWatch)
		target.Load.MaxResidentTokens = 300_000
		b := newBench(t, target, func(r *chat.Request) answer {
			return answer{ttft: 5 * time.Second, duration: 4 * time.Minute, output: int64(r.MaxTokens)}
		})
		events := b.runs(6 * time.Hour)
		most, _, _ := peaks(events)
		if most > 300_000 || most < 200_000 {
			t.Errorf("%d tokens in the server's cache", most)
		}
		if n := reasons(events); n[Resident] == 0 {
			t.Errorf("skipped %v", n)
		}
		if n := len(of[Result](events)); n < 200 {
			t.Errorf("%d results", n)
		}
	})
}

// A session that would pass the ceiling ends early, and a smaller one takes its place.
func TestSessionsEndEarly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileSentinel)
		target.Load.MaxResidentTokens = 62_000 // a session grows to 80,000
		events := newBench(t, target, nil).runs(24 * time.Hour)
		most, _, _ := peaks(events)
		sent := len(of[Result](events))
		if most > 62_000 || most < 55_000 || sent < 400 || reasons(events)[Resident] > sent/50 {
			t.Errorf("%d tokens at most, %d results, skipped %v", most, sent, reasons(events))
		}
	})
}

// No prompt has more bytes than its ceiling, whatever the calibration says a token is.
func TestBytesAreCapped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, j := newServer(1), &journal{}
		s.report = func(int64) int64 { return 10 } // prompts grow to four times the words
		p := newTestProber(Options{Connect: func(Target) (Sender, error) { return s, nil }, Observer: j, Seed: 1})
		target := example("t", ProfileWatch)
		l := p.newLoop(target, s)
		most := target.Workload.Bound().Bytes * 3
		l.ceilings.bytes = most
		ctx, cancel := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { l.run(ctx) })
		time.Sleep(4 * time.Hour)
		cancel()
		done.Wait()
		_, _, bytes := peaks(j.all())
		if int(bytes) > most || int(bytes) < most*9/10 {
			t.Errorf("%d bytes, the ceiling is %d", bytes, most)
		}
		if n := reasons(j.all()); n[TooLarge] > len(of[Result](j.all())) {
			t.Errorf("skipped %v", n)
		}
	})
}

// TestResidentExcess: what check refuses, and what no flag lifts.
func TestResidentExcess(t *testing.T) {
	for _, row := range []struct {
		name          string
		change        func(*Target)
		excess, wrong bool
	}{
		{"sentinel", func(t *Target) { *t = example("t", ProfileSentinel) }, false, false},
		{"watch", func(*Target) {}, false, false},
		{"load", func(t *Target) { *t = example("t", ProfileLoad) }, false, false},
		{"load at its ceiling", func(t *Target) {
			*t = example("t", ProfileLoad)
			t.Load.TokensPerMinute = mostTokensPerMinute(ProfileLoad)
		}, false, false},
		{"watch at its ceiling", func(t *Target) { t.Load.TokensPerMinute = mostTokensPerMinute("") }, false, false},
		{"long pauses", func(t *Target) { t.Workload.IdleShare, t.Load.TokensPerMinute = 1, 1e6 }, true, false},
		{"less than it needs", func(t *Target) { t.Load.MaxResidentTokens = 200_000 }, false, true},
		{"just enough", func(t *Target) { t.Load.MaxResidentTokens = 400_000 }, false, false},
	} {
		target := example("t", ProfileWatch)
		row.change(&target)
		excess, wrong := target.ResidentExcess(testEstimates().Of(target.Workload))
		if len(excess) > 0 != row.excess || len(wrong) > 0 != row.wrong {
			t.Errorf("%s: %v, %v", row.name, excess, wrong)
		}
	}
}

// TestResidentOfASession: what is on its way counts, what did not arrive does not.
func TestResidentOfASession(t *testing.T) {
	shape := workload.Watch()
	s := workload.NewSession(&shape, testCorpus(), workload.NewCalibration(1), workload.Identity{})
	if tokens, _ := s.Resident(false); tokens != 0 {
		t.Errorf("%d tokens before the first turn", tokens)
	}
	turn, _ := s.Next(workload.Ages{})
	if tokens, shared := s.Resident(true); tokens != turn.Tokens || shared < 14_000 || shared > 16_000 {
		t.Errorf("%d tokens on their way, %d of them shared; the prompt has %d", tokens, shared, turn.Tokens)
	}
	s.Settle(false)
	if tokens, _ := s.Resident(false); tokens != 0 {
		t.Errorf("%d tokens of a prompt that did not arrive", tokens)
	}
	s.Settle(true)
	if tokens, _ := s.Resident(false); tokens != turn.Tokens {
		t.Errorf("%d tokens, want %d", tokens, turn.Tokens)
	}
}

// runs lets a bench run for so long and returns what was observed.
func (b *bench) runs(d time.Duration) []Event {
	b.Helper()
	time.Sleep(d)
	return b.stop()
}
