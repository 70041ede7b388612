package prober

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// The upload ends when the peer has acknowledged it, where that is known.
func TestUploadEndsAcknowledged(t *testing.T) {
	r := ideal()
	if show(r.Upload()) != "50ms" || show(r.ServerWait()) != "950ms" || show(r.ReceiveDelay()) != "-" {
		t.Errorf("upload %s, server wait %s, receive delay %s", show(r.Upload()), show(r.ServerWait()),
			show(r.ReceiveDelay()))
	}
	r.Acked = r.Written.Add(200 * time.Millisecond)
	r.ReceiveLag, r.HasReceiveLag = time.Millisecond, true
	if show(r.Upload()) != "250ms" || show(r.ServerWait()) != "750ms" || show(r.ReceiveDelay()) != "1ms" {
		t.Errorf("upload %s, server wait %s, receive delay %s", show(r.Upload()), show(r.ServerWait()),
			show(r.ReceiveDelay()))
	}
}

// sceptic trusts nothing from an instant on.
type sceptic struct{ from time.Time }

func (s sceptic) Judge(_ Result, now time.Time) bool { return s.Trusted(now) }
func (s sceptic) Trusted(now time.Time) bool         { return now.Before(s.from) }

func TestResultsAreMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &journal{}, newServer(1)
		s.answer = inTime
		p := newTestProber(Options{
			Connect:  func(Target) (Sender, error) { return s, nil },
			Observer: j, Seed: 1, Version: "test", Trust: sceptic{time.Now().Add(10 * time.Minute)},
		})
		if err := p.Apply([]Target{example("a", ProfileWatch)}); err != nil {
			t.Fatal(err)
		}
		doubt := time.Now().Add(10 * time.Minute)
		time.Sleep(20 * time.Minute)
		if err := p.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		marked, clean := 0, 0
		for _, r := range of[Result](j.all()) {
			if r.Outcome != chat.OK {
				continue
			}
			if r.Untrusted != !r.End.Before(doubt) {
				t.Errorf("a result that ended %v after the doubt began: untrusted %v", r.End.Sub(doubt), r.Untrusted)
			}
			if r.Untrusted {
				marked++
			} else {
				clean++
			}
		}
		if marked == 0 || clean == 0 {
			t.Errorf("%d marked, %d not", marked, clean)
		}
	})
}

// stamped keeps when each verdict was given.
type stamped struct {
	mu       sync.Mutex
	verdicts []slo.Verdict
	at       []time.Time
}

func (s *stamped) Observe(e Event) {
	if j, ok := e.(Judged); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.verdicts, s.at = append(s.verdicts, j.Verdict), append(s.at, time.Now())
	}
}

// Verdicts on latency are in doubt from the instant of the doubt on, whether a first token, a deadline, an end or an
// unused slot gives them. Those on availability never are: a refused connection is no matter of clocks.
func TestVerdictsAreMarked(t *testing.T) {
	hang := func(*chat.Request) answer { return answer{duration: time.Minute, outcome: chat.Timeout} }
	for name, row := range map[string]struct {
		answer func(*chat.Request) answer
		gives  []slo.Name
	}{
		"answers":            {inTime, []slo.Name{slo.TTFT, slo.TPS, slo.Availability}},
		"hangs, slots taken": {hang, []slo.Name{slo.TTFT, slo.Availability}}, // no session gets beyond its bootstrap
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j, s := &stamped{}, newServer(1)
				s.answer = row.answer
				doubt := time.Now().Add(10 * time.Minute)
				p := newTestProber(Options{
					Connect:  func(Target) (Sender, error) { return s, nil },
					Observer: j, Seed: 1, Version: "test", Trust: sceptic{doubt},
				})
				target := example("a", ProfileWatch)
				target.Load.TokensPerMinute = 1_250_000 // more than its slots hold of a server that hangs
				target.SLOs[slo.TPS] = slo.Objective{Ratio: .95, Threshold: 1}
				if err := p.Apply([]Target{target}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(20 * time.Minute)
				if err := p.Stop(t.Context()); err != nil {
					t.Fatal(err)
				}
				j.check(t, doubt, row.gives)
			})
		})
	}
}

func (s *stamped) check(t *testing.T, doubt time.Time, gives []slo.Name) {
	t.Helper()
	seen := map[string]int{}
	for i, v := range s.verdicts {
		late := !s.at[i].Before(doubt)
		if want := late && v.SLO != slo.Availability; v.Doubted != want {
			t.Errorf("%s given %v after the doubt began: in doubt %v", v.SLO, s.at[i].Sub(doubt), v.Doubted)
		}
		seen[fmt.Sprintf("%s %t", v.SLO, late)]++
	}
	for _, n := range gives {
		if seen[string(n)+" false"] < 10 || seen[string(n)+" true"] < 10 {
			t.Errorf("too few verdicts to tell: %v", seen)
		}
	}
}

// pedant trusts the process, and no single result.
type pedant struct{}

func (pedant) Judge(Result, time.Time) bool { return false }
func (pedant) Trusted(time.Time) bool       { return true }

// A result whose own lag is beyond its bound has a doubtful rate, though the process is trusted. Its first token was
// judged before anyone could know.
func TestVerdictsOfADoubtedResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j, s := &stamped{}, newServer(1)
		s.answer = inTime
		p := newTestProber(Options{
			Connect:  func(Target) (Sender, error) { return s, nil },
			Observer: j, Seed: 1, Version: "test", Trust: pedant{},
		})
		target := example("a", ProfileWatch)
		target.SLOs[slo.TPS] = slo.Objective{Ratio: .95, Threshold: 1}
		if err := p.Apply([]Target{target}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Minute)
		if err := p.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		rates := 0
		for _, v := range j.verdicts {
			if v.Doubted != (v.SLO == slo.TPS) {
				t.Errorf("a verdict on %s is in doubt: %v", v.SLO, v.Doubted)
			}
			if v.Doubted {
				rates++
			}
		}
		if rates < 10 {
			t.Errorf("%d verdicts on tps", rates)
		}
	})
}
