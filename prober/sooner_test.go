package prober

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// fiveFailures is how long after the start of an outage five results in a row have failed, at one request a minute.
func fiveFailures(t *testing.T, seed uint64, broken answer) (after time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, results := newServer(seed), &journal{}
		began := time.Now().Add(20 * time.Minute)
		s.answer = func(r *chat.Request) answer {
			if time.Now().Before(began) {
				return inTime(r)
			}
			a := broken
			if a.outcome == chat.Timeout && r.FirstTokenTimeout > 0 {
				a.duration = r.FirstTokenTimeout
			}
			return a
		}
		p := newTestProber(Options{
			Connect: func(Target) (Sender, error) { return s, nil }, Observer: results, Seed: seed, Version: "test",
		})
		target := example("a", ProfileWatch)
		target.Load.TokensPerMinute = 62_500
		if err := p.Apply([]Target{target}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(40 * time.Minute)
		if err := p.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		failed := 0
		for _, r := range of[Result](results.all()) {
			if r.End.Before(began) || r.Outcome == chat.Cancelled {
				continue
			}
			if failed++; r.Outcome == chat.OK {
				failed = 0
			}
			if failed == 5 {
				after = r.End.Sub(began)
				return
			}
		}
		t.Error("never five failures in a row")
	})
	return after
}

// At one request a minute, a hang and a dead endpoint show five failures in a row, for which TargetDown pages, within
// five minutes: nine of ten times at least, as requests come at random.
func TestOutageIsCertainSoon(t *testing.T) {
	replicates := 40
	if testing.Short() {
		replicates = 4
	}
	for name, row := range map[string]struct {
		broken answer
		within time.Duration
	}{
		"hang":    {answer{duration: time.Minute, outcome: chat.Timeout}, 5 * time.Minute},
		"refused": {answer{duration: time.Millisecond, outcome: chat.Refused}, 4 * time.Minute},
		"5xx":     {answer{duration: time.Millisecond, outcome: chat.ServerError}, 4 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			var all []time.Duration
			for seed := range replicates {
				all = append(all, fiveFailures(t, uint64(seed), row.broken))
			}
			slices.Sort(all)
			t.Logf("median %s, nine of ten within %s, all within %s", all[len(all)/2], all[len(all)*9/10-1], all[len(all)-1])
			if nine := all[len(all)*9/10-1]; nine > row.within {
				t.Errorf("nine of ten within %s, want %s", nine, row.within)
			}
		})
	}
}
