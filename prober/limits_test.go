package prober

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// A paused target has its slots and sends nothing.
func TestLoopPaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileWatch)
		target.Load.Paused = true
		b := newBench(t, target, inTime)
		time.Sleep(time.Hour)
		events := b.stop()
		if n := reasons(events)[Paused]; n < 80 || n > 180 || b.server.seen().sent > 0 { // 125 slots, σ 11
			t.Errorf("%d slots skipped, %d requests sent", n, b.server.seen().sent)
		}
		want := RateChanged{Target: "t", SetPoint: 125_000, Pause: Pause{Since: b.start}}
		if p := of[RateChanged](events); len(p) != 1 || p[0] != want {
			t.Errorf("rates %+v", p)
		}
	})
}

// After its end a load sends nothing more and says so once. Requests in flight are not disturbed.
func TestLoopEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileLoad)
		target.Load.Until = time.Now().Add(30 * time.Minute)
		b := newBench(t, target, inTime)
		time.Sleep(3 * time.Hour)
		events := b.stop()
		for _, r := range of[Result](events) {
			if !r.Scheduled.Before(target.Load.Until) {
				t.Errorf("a slot %s after the end", r.Scheduled.Sub(target.Load.Until))
			}
			if r.Outcome != chat.OK {
				t.Errorf("outcome %s: cut off by the end", r.Outcome)
			}
		}
		rates := of[RateChanged](events)
		if len(rates) != 2 || rates[1] != (RateChanged{Target: "t"}) {
			t.Fatalf("rates %+v", rates)
		}
		at := b.journal.at[slices.Index(events, Event(rates[1]))]
		if !at.Equal(target.Load.Until) {
			t.Errorf("said to end %s after the end", at.Sub(target.Load.Until))
		}
	})
}

// An answer that is throttled after the end does not bring the load back.
func TestLoopEndsForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileLoad)
		target.Load.Until = time.Now().Add(time.Minute)
		b := newBench(t, target, func(*chat.Request) answer {
			return answer{duration: 2 * time.Minute, outcome: chat.Throttled}
		})
		time.Sleep(time.Hour)
		rates := of[RateChanged](b.stop())
		if n := len(rates); n == 0 || rates[n-1] != (RateChanged{Target: "t"}) {
			t.Errorf("rates %+v, want an end that lasts", rates)
		}
	})
}

// Never more than MaxInFlight requests are in flight, and the slots that a slow server costs are counted.
func TestLoopLimitsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileLoad)
		target.Load.MaxInFlight = 3
		b := newBench(t, target, func(*chat.Request) answer {
			return answer{ttft: time.Second, duration: 30 * time.Second, output: 100}
		})
		time.Sleep(time.Hour)
		skipped, most := reasons(b.stop()), b.server.seen().most
		if most != 3 || skipped[InFlight] < 100 || skipped[NoSession] > 20 { // while the trial is out
			t.Errorf("%d in flight at most, skipped %v", most, skipped)
		}
	})
}

// A prober that did not run in time counts the slots that it missed, and does not send them in a burst.
func TestLoopThatSlept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		journal, server := &journal{}, newServer(1)
		p := newTestProber(Options{Observer: journal, Seed: 1})
		l := p.newLoop(example("t", ProfileLoad), server)
		ctx, cancel := context.WithCancel(context.Background())
		l.begin(t.Context(), time.Now())
		work := func() { // as run does
			l.work(ctx, time.Now())
			synctest.Wait()
			for len(l.finished) > 0 {
				l.finish(<-l.finished, time.Now())
			}
		}
		for range 600 { // a minute in which it runs ten times a second
			time.Sleep(100 * time.Millisecond)
			work()
		}
		sent := server.seen().sent
		if late := reasons(journal.all())[Late]; late != 0 || sent < 10 {
			t.Fatalf("%d late, %d sent while awake", late, sent)
		}
		time.Sleep(10 * time.Minute) // asleep
		work()
		if late := reasons(journal.all())[Late]; late < 150 || late > 260 { // 2.5M TPM of 121k tokens: 206, σ 14
			t.Errorf("%d slots missed in ten minutes", late)
		}
		if n := server.seen().sent - sent; n > 3 { // what was due in the last second
			t.Errorf("%d requests at once after waking up", n)
		}
		for _, s := range of[Skipped](journal.all()) {
			if s.Reason == Late && time.Since(s.At) <= lateAfter {
				t.Errorf("a slot %s ago is not late", time.Since(s.At))
			}
		}
		cancel()
		for len(l.inflight) > 0 {
			l.finish(<-l.finished, time.Now())
		}
	})
}
