package prober

import (
	"cmp"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// outage is a server that is away for the second of each four minutes.
type outage struct {
	start    time.Time
	frozen   bool          // it answers what it holds when it comes back; else that is lost
	gateway  bool          // a gateway answers 502 for it
	patience time.Duration // the first token's timeout of ordinary requests; 0 is a minute
}

const outagePeriod = 4 * time.Minute

// left is how much longer the outage of this instant lasts; 0 for none.
func (o outage) left(now time.Time) time.Duration {
	at := now.Sub(o.start) % outagePeriod
	if at < time.Minute || at >= 2*time.Minute {
		return 0
	}
	return 2*time.Minute - at
}

func (o outage) answer(r *chat.Request) answer {
	left, patience := o.left(time.Now()), cmp.Or(r.FirstTokenTimeout, o.patience, time.Minute)
	switch {
	case left == 0:
		return inTime(r)
	case o.gateway:
		return answer{duration: 10 * time.Millisecond, outcome: chat.ServerError}
	case !o.frozen || left+time.Second > patience:
		return answer{duration: patience, outcome: chat.Timeout}
	}
	a := inTime(r)
	a.ttft = left + time.Second
	return a
}

// share of bad events, of those that were judged between the first and the last whole period.
func badShare(events []Event, n slo.Name) (share float64, all int) {
	bad := 0
	for _, v := range of[Judged](events) {
		if v.SLO == n {
			all++
			if v.Bad {
				bad++
			}
		}
	}
	return float64(bad) / float64(all), all
}

// outages is how long a test of outages lasts at that many tokens a minute: 4,000 slots in the
// short form, three times as many in the long one.
func outages(tpm float64) time.Duration {
	periods := 150.0
	if testing.Short() {
		periods = 50
	}
	return outagePeriod * time.Duration(math.Ceil(periods*1.25e6/tpm))
}

// An outage of a quarter of the time is a quarter of bad events, whether all requests of the outage fit into
// MaxInFlight or few of them do.
func TestOutageCountsInFull(t *testing.T) {
	for _, c := range []struct {
		name    string
		tpm     float64
		gateway bool
		apart   float64
	}{
		{"all requests of the outage fit", 125_000, false, .03},
		{"eight of twenty fit", 1_250_000, false, .03},
		{"eight of sixty fit", 3_750_000, false, .03},
		{"a gateway refuses them", 1_250_000, true, .06}, // a probe finds its end, eight seconds later at most
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target := example("t", ProfileWatch)
				target.Load.TokensPerMinute = c.tpm
				b := newBench(t, target, outage{start: time.Now(), gateway: c.gateway}.answer)
				time.Sleep(outages(c.tpm))
				events := b.stop()
				for _, n := range []slo.Name{slo.TTFT, slo.Availability} {
					share, all := badShare(events, n)
					t.Logf("%s: %.1f %% of %d are bad", n, 100*share, all)
					if math.Abs(share-0.25) > c.apart {
						t.Errorf("%s: %.1f %% of %d are bad, want 25 ± %.0f", n, 100*share, all, 100*c.apart)
					}
				}
				if most := b.server.seen().most; most > target.Load.MaxInFlight+1 {
					t.Errorf("%d requests out at once", most)
				}
			})
		})
	}
}

// While all slots are taken by requests that hang, a small request finds the endpoint back within ten seconds.
func TestRecoveryIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileWatch)
		target.Load.TokensPerMinute = 3_750_000
		periods := time.Duration(20)
		if testing.Short() {
			periods = 8
		}
		o := outage{start: time.Now(), patience: 100 * time.Second}
		b := newBench(t, target, o.answer)
		time.Sleep(periods * outagePeriod)
		events := b.stop()
		full := target.Workload.Context.Median
		for _, r := range of[Result](events) {
			if r.Turn.Phase != workload.Recovery {
				continue
			}
			if r.Steady() || float64(r.Turn.Tokens) > 0.15*float64(full) {
				t.Fatalf("a recovery probe of %d tokens, steady %v", r.Turn.Tokens, r.Steady())
			}
		}
		for period := time.Duration(1); period < periods; period++ {
			back := o.start.Add(period*outagePeriod + 2*time.Minute)
			if at := firstTokenAfter(events, back); at.Sub(back) > 10*time.Second {
				t.Errorf("outage %d: the first token after it came %s later", period, at.Sub(back))
			}
		}
	})
}

func firstTokenAfter(events []Event, at time.Time) time.Time {
	for _, e := range of[FirstToken](events) {
		if e.At.After(at) {
			return e.At
		}
	}
	return at.Add(time.Hour)
}

// A frozen server answers what it holds when it goes on: its requests were late, and they did not fail.
func TestFrozenIsLateAndAvailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileWatch)
		b := newBench(t, target, outage{start: time.Now(), frozen: true}.answer)
		time.Sleep(outages(target.Load.TokensPerMinute) / 2)
		events := b.stop()
		late, _ := badShare(events, slo.TTFT)
		failed, _ := badShare(events, slo.Availability)
		if late < 0.2 || late > 0.28 || failed > 0.02 {
			t.Errorf("late %.3f, failed %.3f", late, failed)
		}
	})
}

// A server whose answers take twenty times as long still gets its load, until MaxInFlight says no.
func TestOpenLoopStaysOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileLoad)
		target.Load.Until = time.Now().Add(24 * time.Hour)
		target.Load.MaxInFlight = 200
		slow := time.Duration(1)
		b := newBench(t, target, func(r *chat.Request) answer {
			return answer{ttft: time.Second, duration: slow * 10 * time.Second, output: int64(r.MaxTokens)}
		})
		time.Sleep(time.Hour)
		synctest.Wait()
		before := loadSince(b.journal.all(), time.Now().Add(-30*time.Minute))
		b.server.change(func(*server) { slow = 20 })
		time.Sleep(30 * time.Minute)
		after := loadSince(b.journal.all(), time.Now().Add(-30*time.Minute))
		t.Logf("%.0f tokens per minute before, %.0f after", before, after)
		if after < 0.9*target.Load.TokensPerMinute {
			t.Errorf("%.0f tokens per minute, %.0f before: skipped %v", after, before, reasons(b.stop()))
			return
		}
		b.stop()
	})
}

// loadSince is the input tokens per minute that were sent in the half hour since the given instant.
func loadSince(events []Event, at time.Time) float64 {
	var tokens int64
	for _, e := range of[Sent](events) {
		if e.At.After(at) {
			tokens += e.Tokens
		}
	}
	return float64(tokens) / 30
}

// Skips that are the prober's own doing are no events.
func TestOwnSkipsAreNoEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileWatch)
		target.Load.MaxSessions = 1
		target.Load.TokensPerMinute = 1_250_000
		b := newBench(t, target, inTime)
		time.Sleep(2 * time.Hour)
		events := b.stop()
		if n := reasons(events)[NoSession]; n < 100 {
			t.Fatalf("%d slots without a session", n)
		}
		if share, all := badShare(events, slo.TTFT); share != 0 || all > len(of[Result](events)) {
			t.Errorf("%.2f of %d are bad, with %d results", share, all, len(of[Result](events)))
		}
	})
}

// A queue that answers nothing in time gets less load, down to the sentinel's level, and all of it again with the first
// good answer.
func TestFailuresSlowTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := example("t", ProfileLoad)
		target.Load.Until = time.Now().Add(24 * time.Hour)
		start, broken := time.Now(), time.Now().Add(time.Hour)
		b := newBench(t, target, func(r *chat.Request) answer {
			if at := time.Now(); at.After(broken) && at.Before(broken.Add(time.Hour)) {
				return answer{duration: time.Minute, outcome: chat.Timeout}
			}
			return inTime(r)
		})
		time.Sleep(150 * time.Minute)
		events := b.stop()
		between := func(from, to time.Duration) (n int) {
			for _, e := range of[Sent](events) {
				if at := e.At.Sub(start); at >= from && at < to {
					n++
				}
			}
			return n
		}
		before := between(30*time.Minute, 60*time.Minute)
		during := between(90*time.Minute, 120*time.Minute)
		after := between(120*time.Minute, 150*time.Minute)
		t.Logf("half an hour's requests: %d before, %d during, %d after", before, during, after)
		if during > before/2 || float64(after) < 0.8*float64(before) {
			t.Errorf("half an hour's requests: %d before, %d during, %d after", before, during, after)
		}
		if share, _ := badShare(events, slo.Availability); share < 0.35 || share > 0.45 {
			t.Errorf("%.2f of the events are bad; the server was away for 60 of 150 minutes", share)
		}
	})
}
