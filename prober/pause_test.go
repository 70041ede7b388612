package prober

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/maintenance"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// nightly is a window of an hour from 02:00 UTC; bubbles begin at midnight.
func nightly() []maintenance.Window {
	return []maintenance.Window{{Cron: "0 2 * * *", Length: model.Duration(time.Hour)}}
}

// within counts the requests sent and the verdicts given in a span of time since the start.
func (b *bench) within(events []Event, from, to time.Duration) (sent, judged int, skipped map[Reason]int) {
	skipped = map[Reason]int{}
	for i, e := range events {
		if at := b.journal.at[i].Sub(b.start); at < from || at >= to {
			continue
		}
		switch e := e.(type) {
		case Sent:
			sent++
		case Judged:
			judged++
		case Skipped:
			skipped[e.Reason]++
		}
	}
	return sent, judged, skipped
}

// In a maintenance window nothing is sent and nothing counts in any objective, though the server breaks the streams
// that were under way. Afterwards the load goes on at once, with the sessions that it had.
func TestMaintenance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileWatch)
		target.Maintenance = nightly()
		delete(target.SLOs, slo.TPS) // short answers of this server are slow
		start := time.Now()
		down := func() bool { h := time.Since(start); return h >= 2*time.Hour && h < 3*time.Hour }
		b := newBench(t, target, func(r *chat.Request) answer {
			if time.Since(start) > 2*time.Hour-30*time.Second && !down() { // streams that meet the window
				return answer{ttft: time.Second, duration: time.Minute, outcome: chat.Broken}
			}
			return inTime(r)
		})
		time.Sleep(3 * time.Hour)
		b.server.change(func(s *server) { s.answer = inTime })
		time.Sleep(3 * time.Hour)
		events := b.stop()
		sent, judged, skipped := b.within(events, 2*time.Hour, 3*time.Hour)
		if sent != 0 || judged != 0 || skipped[Maintenance] < 80 || len(skipped) != 1 {
			t.Errorf("in the window: %d sent, %d verdicts, skipped %v", sent, judged, skipped)
		}
		broken := 0
		for _, r := range of[Result](events) {
			if r.Outcome == chat.Broken {
				broken++
			}
		}
		if broken == 0 {
			t.Error("no stream met the window: the test shows nothing")
		}
		for _, j := range of[Judged](events) {
			if j.Bad {
				t.Fatalf("%s is bad at %s", j.SLO, j.At.Sub(b.start))
			}
		}
		if sent, _, skipped := b.within(events, 3*time.Hour, 4*time.Hour); sent < 80 || skipped[Backoff] > 0 {
			t.Errorf("%d sent in the hour after it, skipped %v", sent, skipped)
		}
		sessions := map[string]bool{}
		for _, r := range of[Result](events) {
			if r.Started.Before(b.start.Add(2 * time.Hour)) {
				sessions[r.Turn.Session] = true
			} else if sessions[r.Turn.Session] {
				return // one that was kept
			}
		}
		t.Error("no session was kept")
	})
}

// The rate says when the maintenance begins and ends, to the instant.
func TestMaintenanceIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileSentinel)
		target.Maintenance = nightly()
		b := newBench(t, target, inTime)
		time.Sleep(25 * time.Hour)
		events := b.stop()
		rates := of[RateChanged](events)
		if len(rates) != 3 {
			t.Fatalf("rates %+v", rates)
		}
		ends := b.start.Add(3 * time.Hour)
		if p := rates[1]; p.Effective != 0 || !p.Pause.Until.Equal(ends) || !p.Pause.Since.IsZero() {
			t.Errorf("in maintenance: %+v", p)
		}
		if p := rates[2]; p.Effective != p.SetPoint || p.Pause.Active() {
			t.Errorf("afterwards: %+v", p)
		}
		at := []time.Time{}
		for i, e := range events {
			if _, ok := e.(RateChanged); ok {
				at = append(at, b.journal.at[i])
			}
		}
		if !at[1].Equal(ends.Add(-time.Hour)) || !at[2].Equal(ends) {
			t.Errorf("told at %v", at)
		}
	})
}

// Pause and Resume by hand take effect at once, are idempotent, and refuse a target that does not exist.
func TestPauseAndResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, example("t", ProfileWatch), inTime)
		time.Sleep(time.Hour)
		for range 2 {
			if err := b.prober.Pause("t"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(30 * time.Minute)
		}
		for range 2 {
			if err := b.prober.Resume("t"); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Hour)
		unknown := &UnknownTarget{}
		if err := b.prober.Pause("nobody"); !errors.As(err, &unknown) || err.Error() != `there is no target "nobody"` {
			t.Errorf("%v", err)
		}
		events := b.stop()
		sent, judged, skipped := b.within(events, time.Hour, 2*time.Hour)
		if sent != 0 || judged != 0 || skipped[Paused] < 80 || len(skipped) != 1 {
			t.Errorf("paused: %d sent, %d verdicts, skipped %v", sent, judged, skipped)
		}
		if sent, _, _ := b.within(events, 2*time.Hour, 3*time.Hour); sent < 80 {
			t.Errorf("%d sent in the hour after", sent)
		}
		rates := of[RateChanged](events)
		if len(rates) != 3 || !rates[1].Pause.Since.Equal(b.start.Add(time.Hour)) || rates[2].Pause.Active() {
			t.Errorf("rates %+v", rates)
		}
	})
}

// An endpoint that hangs when it is paused costs nothing in any objective: neither the requests that it holds, nor the
// slots that it had kept the prober from using.
func TestPauseOfAHangingEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileLoad)
		target.Load.MaxInFlight = 1
		delete(target.SLOs, slo.TPS)
		target.FirstTokenTimeout = target.Timeout
		target.SLOs[slo.TTFT] = slo.Objective{Ratio: 0.95, Threshold: 50}
		b := newBench(t, target, inTime)
		time.Sleep(time.Hour)
		b.server.change(func(s *server) {
			s.answer = func(*chat.Request) answer { return answer{duration: 4 * time.Minute, outcome: chat.Timeout} }
		})
		time.Sleep(30 * time.Second) // nothing has been judged yet
		if err := b.prober.Pause(AllTargets); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute) // shorter than what is in flight
		if err := b.prober.Resume(AllTargets); err != nil {
			t.Fatal(err)
		}
		b.server.change(func(s *server) { s.answer = inTime })
		time.Sleep(time.Hour)
		timeouts := 0
		for _, r := range of[Result](b.stop()) {
			if r.Outcome == chat.Timeout {
				timeouts++
			}
		}
		if timeouts != 1 {
			t.Errorf("%d requests were held when the pause began", timeouts)
		}
		for _, j := range of[Judged](b.journal.all()) {
			if j.Bad {
				t.Errorf("%s is bad after %s", j.SLO, j.At.Sub(b.start))
			}
		}
	})
}

// A load that failures had slowed is whole again soon after a pause: a recovery probe finds out.
func TestSlowedLoadAfterAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, example("t", ProfileWatch), inTime)
		time.Sleep(time.Hour)
		b.server.change(func(s *server) {
			s.answer = func(*chat.Request) answer { return answer{duration: time.Second, outcome: chat.ServerError} }
		})
		time.Sleep(20 * time.Minute)
		if err := b.prober.Pause("t"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		b.server.change(func(s *server) { s.answer = inTime })
		if err := b.prober.Resume("t"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Minute)
		events := b.stop()
		if _, _, before := b.within(events, time.Hour, 80*time.Minute); before[Backoff] == 0 {
			t.Error("the load was not slowed: the test shows nothing")
		}
		// One slot may come before the probe's answer.
		if sent, _, after := b.within(events, 90*time.Minute, 2*time.Hour); after[Backoff] > 1 || sent < 30 {
			t.Errorf("%d sent after the pause, skipped %v", sent, after)
		}
	})
}

// A pause of all targets holds those that come later, and resuming one leaves the others paused. A restart forgets none
// of it.
func TestPauseOfAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept, servers := newPauses(), map[string]*server{}
		start := func(names ...string) *Prober {
			t.Helper()
			var targets []Target
			for _, name := range names {
				targets = append(targets, example(name, ProfileWatch))
			}
			p := newTestProber(Options{
				Connect: func(t Target) (Sender, error) {
					servers[t.Name] = newServer(1)
					return servers[t.Name], nil
				},
				Observer: Observers{}, Seed: 1, Pauses: kept,
			})
			if err := p.Apply(targets); err != nil {
				t.Fatal(err)
			}
			return p
		}
		sending := func(p *Prober, want ...string) {
			t.Helper()
			before := map[string]int{}
			for name, s := range servers {
				before[name] = s.seen().sent
			}
			time.Sleep(30 * time.Minute)
			for name, s := range servers {
				if sends := s.seen().sent > before[name]; sends != (len(want) > 0 && want[0] == name) {
					t.Errorf("%s sends: %t, want only %v", name, sends, want)
				}
			}
			if err := p.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		p := start("a", "b")
		if err := p.Pause(AllTargets); err != nil {
			t.Fatal(err)
		}
		sending(p)
		sending(start("a", "b", "c")) // a restart, and one more
		p = start("a", "b", "c")
		if err := p.Resume("b"); err != nil {
			t.Fatal(err)
		}
		sending(p, "b")
		p = start("a", "b")
		if err := p.Resume("c"); err != nil { // no longer there, and still paused
			t.Fatal(err)
		}
		if err := p.Resume(AllTargets); err != nil {
			t.Fatal(err)
		}
		if names := kept.Paused(); len(names) != 0 {
			t.Errorf("%q are still paused", names)
		}
		time.Sleep(time.Hour)
		if servers["a"].seen().sent == 0 || servers["b"].seen().sent == 0 {
			t.Error("nothing is sent after all")
		}
		if err := p.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
}

// Other windows take effect without a restart of the load, and those of a configuration that was refused do not.
func TestWindowsChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileWatch)
		b := newBench(t, target, inTime)
		time.Sleep(time.Hour)
		target.Maintenance = nightly()
		other := example("other", ProfileWatch)
		b.prober.options.Connect = func(Target) (Sender, error) { return nil, errors.New("as scripted") }
		if err := b.prober.Apply([]Target{target, other}); err == nil {
			t.Fatal("no error")
		}
		time.Sleep(90 * time.Minute)
		if err := b.prober.Apply([]Target{target}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		events := b.stop()
		if n := len(of[Started](events)); n != 1 {
			t.Errorf("started %d times", n)
		}
		if sent, _, _ := b.within(events, 2*time.Hour, 150*time.Minute); sent < 20 {
			t.Errorf("%d sent: a refused configuration began a maintenance", sent)
		}
		if sent, _, skipped := b.within(events, 150*time.Minute, 3*time.Hour); sent > 0 || skipped[Maintenance] == 0 {
			t.Errorf("%d sent in the window, skipped %v", sent, skipped)
		}
		if sent, _, _ := b.within(events, 3*time.Hour, 210*time.Minute); sent < 20 {
			t.Errorf("%d sent after the window", sent)
		}
	})
}
