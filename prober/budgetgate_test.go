package prober

import (
	"cmp"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// fakeLedger is a Budget in memory whose reservations are known after some time.
type fakeLedger struct {
	mu    sync.Mutex
	book  *budget.Book
	delay time.Duration
	err   error // of reservations, when they are known
	asked int
}

func newFakeLedger(target string, limits budget.Limits) *fakeLedger {
	l := &fakeLedger{book: budget.NewBook(time.UTC)}
	l.book.SetLimits(budget.Limits{}, map[string]budget.Limits{target: limits})
	return l
}

func (l *fakeLedger) Reserve(target string, now time.Time, worst budget.Amount) (budget.Reservation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	c, err := l.book.Reserve(target, now, worst)
	if err != nil {
		return nil, err
	}
	r := &fakeReservation{ledger: l, claim: c, done: make(chan struct{}), err: l.err}
	if l.delay == 0 {
		close(r.done)
	} else {
		time.AfterFunc(l.delay, func() { close(r.done) })
	}
	return r, nil
}

func (l *fakeLedger) Level(target string, now time.Time) budget.Level {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.book.Level(target, now)
}

func (l *fakeLedger) change(f func(*fakeLedger)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(l)
}

func (l *fakeLedger) reservations() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked
}

// settled are the tokens of the month that have been charged for good.
func (l *fakeLedger) settled() float64 {
	settled, _ := l.tokens()
	return settled
}

// outstanding is what is reserved and not settled, of tokens a day.
func (l *fakeLedger) outstanding() float64 {
	_, outstanding := l.tokens()
	return outstanding
}

func (l *fakeLedger) tokens() (settled, outstanding float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.book.States(time.Now()) {
		if s.Scope == budget.Process && s.Cap.Unit == budget.InTokens && s.Cap.Period == budget.Month {
			return s.Settled, s.Spent - s.Settled
		}
	}
	return -1, -1
}

type fakeReservation struct {
	ledger *fakeLedger
	claim  *budget.Claim
	done   chan struct{}
	err    error
}

func (r *fakeReservation) Done() <-chan struct{} { return r.done }
func (r *fakeReservation) Err() error            { return r.err }
func (r *fakeReservation) Settle(a budget.Amount) {
	r.ledger.mu.Lock()
	defer r.ledger.mu.Unlock()
	r.ledger.book.Settle(r.claim, a)
}

// run probes one target within a budget for some simulated time, and stops.
func runWithin(t *testing.T, target Target, l *fakeLedger, s *server, last time.Duration, meanwhile func()) []Event {
	t.Helper()
	return runSender(t, target, l, s, last, meanwhile)
}

func runSender(t *testing.T, target Target, l *fakeLedger, s Sender, last time.Duration, meanwhile func()) []Event {
	t.Helper()
	var j journal
	p := newTestProber(Options{
		Connect: func(Target) (Sender, error) { return s, nil }, Observer: &j, Seed: 1, Budget: l,
	})
	if err := p.Apply([]Target{target}); err != nil {
		t.Fatal(err)
	}
	end := time.Now().Add(last)
	if meanwhile != nil {
		meanwhile()
	}
	time.Sleep(time.Until(end))
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := l.outstanding(); got != 0 {
		t.Errorf("%v tokens are still reserved", got)
	}
	return j.all()
}

// used are the tokens that results say were used, by the day on which the turns were sent.
func used(results []Result) map[string]int64 {
	days := map[string]int64{}
	for _, r := range results {
		in, _ := r.Usage.Input.Value()
		out, _ := r.Usage.Output.Value()
		days[r.Started.UTC().Format(time.DateOnly)] += in + out
	}
	return days
}

func skips(events []Event, reason Reason) (n int) {
	for _, e := range of[Skipped](events) {
		if e.Reason == reason {
			n++
		}
	}
	return n
}

// TestBudgetHolds: a load of 180 million tokens a day has 40 million. It goes at its own rate to 80 % of
// them, at the sentinel level to the end, stops, and begins again the next day. No session loses a turn.
func TestBudgetHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 40_000_000
		l := newFakeLedger("t", budget.Limits{TokensPerDay: limit})
		events := runWithin(t, example("t", ProfileWatch), l, newServer(1), 50*time.Hour, nil)
		results := of[Result](events)
		days := used(results)
		if len(days) != 3 {
			t.Errorf("probed on %v, want three days", days)
		}
		for day, tokens := range days {
			if tokens > limit || tokens < 98*limit/100 && day != "2000-01-03" {
				t.Errorf("%s: %d tokens were used of %d", day, tokens, limit)
			}
		}
		if skips(events, NoBudget) < 100 {
			t.Errorf("%d slots are skipped for the budget", skips(events, NoBudget))
		}
		var rates []float64
		for _, e := range of[RateChanged](events) {
			rates = append(rates, e.Effective)
		}
		full, sentinel := rates[0], float64(SentinelTPM)
		if full != 125_000 || rates[1] != sentinel || rates[2] != 0 {
			t.Errorf("the load goes %v…, want %v, %v, 0", rates[:3], full, sentinel)
		}
		inTurn(t, results)
	})
}

// inTurn checks that each session's turns follow one another.
func inTurn(t *testing.T, results []Result) {
	t.Helper()
	next := map[string]int{}
	for _, r := range results {
		n, seen := next[r.Turn.Session]
		if seen && r.Turn.Number != n {
			t.Errorf("session %s has turn %d, want %d", r.Turn.Session, r.Turn.Number, n)
		}
		next[r.Turn.Session] = r.Turn.Number + 1
	}
}

// TestSlowLedger: half a second for each reservation is not seen in any slot's lag, which stays what it
// is without a budget; eight seconds are, and those slots are skipped.
func TestSlowLedger(t *testing.T) {
	for _, row := range []struct {
		delay    time.Duration
		sends    bool
		mostLate float64 // share of slots that are late by more than a millisecond
	}{
		{500 * time.Millisecond, true, 0.08}, // two slots within half a second of one another
		{8 * time.Second, false, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := newFakeLedger("t", budget.Limits{TokensPerDay: 1e12})
			l.delay = row.delay
			events := runWithin(t, example("t", ProfileWatch), l, newServer(1), 2*time.Hour, nil)
			results, late := of[Result](events), 0.0
			for _, r := range results {
				lag, _ := r.Lag()
				if lag > time.Millisecond {
					late++
				}
				if lag > row.delay {
					t.Errorf("late by %v", lag)
				}
			}
			if sends := len(results) > 0; sends != row.sends {
				t.Errorf("%v: %d turns were sent", row.delay, len(results))
			}
			if skipped := skips(events, NoBudget); (skipped > 0) == row.sends || skips(events, Late) > 0 {
				t.Errorf("%v: %d slots are skipped for the budget, %d as late", row.delay, skipped, skips(events, Late))
			}
			if late > row.mostLate*float64(len(results)) {
				t.Errorf("%v: %.0f of %d slots are late", row.delay, late, len(results))
			}
		})
	}
}

// TestFailingLedger: nothing is sent while reservations cannot be kept, and no turn is lost.
func TestFailingLedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newFakeLedger("t", budget.Limits{TokensPerDay: 1e12})
		l.delay = 3 * time.Millisecond
		var from, until time.Time
		events := runWithin(t, example("t", ProfileWatch), l, newServer(1), 3*time.Hour, func() {
			time.Sleep(time.Hour)
			l.change(func(l *fakeLedger) { l.err = errors.New("disk full") })
			from = time.Now().Add(reserveAhead) // a ticket may be there already
			time.Sleep(time.Hour)
			l.change(func(l *fakeLedger) { l.err = nil })
			until = time.Now()
		})
		results := of[Result](events)
		before, after := 0, 0
		for _, r := range results {
			switch {
			case r.Started.Before(from):
				before++
			case r.Started.Before(until):
				t.Errorf("sent %v after the disk was full", r.Started.Sub(from))
			default:
				after++
			}
		}
		if before < 50 || after < 50 || skips(events, NoBudget) < 50 {
			t.Errorf("%d turns before, %d after, %d skipped", before, after, skips(events, NoBudget))
		}
		inTurn(t, results)
	})
}

// TestTicketFitsItsRequest: a ticket that was asked for ahead for another session's smaller turn is given back.
func TestTicketFitsItsRequest(t *testing.T) {
	target := example("t", ProfileWatch)
	s := workload.NewSession(&target.Workload, workload.NewCorpus(""), workload.NewCalibration(1), workload.Identity{})
	need := s.NextBound()
	for _, row := range []struct {
		bytes int
		asked int
	}{
		{need.Bytes - 1, 2},
		{need.Bytes, 1},
		{need.Bytes + 1, 1},
	} {
		l := newFakeLedger("t", budget.Limits{})
		g := newBudgetGate(target, l)
		ahead := need
		ahead.Bytes = row.bytes
		g.reserve(&g.slot, ahead, time.Unix(0, 0))
		ticket, passage := g.pass(&g.slot, s, time.Unix(0, 0))
		if passage != granted || ticket.bound != need || l.asked != row.asked {
			t.Errorf("%d bytes ahead of %d: passage %d, %d reservations", row.bytes, need.Bytes, passage, l.asked)
		}
		ticket.reservation.Settle(budget.Amount{})
		if got := l.outstanding(); got != 0 {
			t.Errorf("%d bytes ahead of %d: %v tokens stay reserved", row.bytes, need.Bytes, got)
		}
	}
}

// TestPausedTargetReservesNothing, nor does one that was asked to stay away.
func TestPausedTargetReservesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newFakeLedger("t", budget.Limits{})
		target := example("t", ProfileWatch)
		target.Load.Paused = true
		runWithin(t, target, l, newServer(1), time.Hour, nil)
		if l.asked > 0 {
			t.Errorf("%d reservations", l.asked)
		}
	})
}

// TestBurstReservesForEach: slots that come together have a ticket each.
func TestBurstReservesForEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newFakeLedger("t", budget.Limits{})
		l.delay = 5 * time.Millisecond
		target := example("t", ProfileLoad)
		target.Load.ArrivalShape = 0.1
		events := runWithin(t, target, l, newServer(1), 30*time.Minute, nil)
		if n := len(of[Result](events)); n < 250 || l.asked < n {
			t.Errorf("%d reservations for %d turns", l.asked, n)
		}
	})
}

// TestRecoveryProbesAreReserved: they are requests like others. One that has no budget is asked for again
// after a while, and one that is no longer needed when its reservation is known is given back.
func TestRecoveryProbesAreReserved(t *testing.T) {
	for _, row := range []struct {
		name   string
		once   func(*fakeLedger) // all requests in flight hang
		probes bool
	}{
		{"reserved", func(*fakeLedger) {}, true},
		{"reserved after a moment", func(l *fakeLedger) { l.delay = 5 * time.Millisecond }, true},
		{"no budget", func(l *fakeLedger) {
			l.book.SetLimits(budget.Limits{}, map[string]budget.Limits{"t": {TokensPerDay: 1}})
		}, false},
		{"too slow to be of use", func(l *fakeLedger) { l.delay = 10 * time.Minute }, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			l, s, target := newFakeLedger("t", budget.Limits{}), newServer(1), example("t", ProfileWatch)
			hang := func(r *chat.Request) answer {
				return answer{duration: firstTokenTimeout(target, r), outcome: chat.Timeout}
			}
			target.Load.TokensPerMinute = 1_250_000
			events := runWithin(t, target, l, s, 20*time.Minute, func() {
				time.Sleep(5 * time.Minute)
				s.change(func(s *server) { s.answer = hang })
				until(t, func() bool { return s.seen().open == target.Load.MaxInFlight })
				before := l.reservations()
				l.change(row.once)
				time.Sleep(2 * time.Minute)
				if asked := l.reservations() - before; asked > 100 {
					t.Errorf("%s: %d reservations in two minutes", row.name, asked)
				}
				s.change(func(s *server) { s.answer = nil })
				l.change(func(l *fakeLedger) { l.delay = 0 })
				until(t, func() bool { return s.seen().open == 0 && l.outstanding() == 0 })
			})
			probes := 0
			for _, r := range of[Result](events) {
				if r.Turn.Phase == workload.Recovery {
					probes++
				}
			}
			if (probes > 0) != row.probes {
				t.Errorf("%s: %d recovery probes", row.name, probes)
			}
		})
	}
}

// until waits, for an hour at most.
func until(t *testing.T, reached func() bool) {
	t.Helper()
	for range 36_000 {
		if reached() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("not reached within an hour")
}

// firstTokenTimeout is how long a request to a server that never answers lasts.
func firstTokenTimeout(t Target, r *chat.Request) time.Duration {
	return cmp.Or(r.FirstTokenTimeout, time.Duration(t.FirstTokenTimeout))
}
