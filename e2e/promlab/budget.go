package promlab

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/budget"
)

// memoryLedger is a ledger without a file: its reservations hold at once.
type memoryLedger struct {
	mu   sync.Mutex
	book *budget.Book
}

// newLedger has the caps that a target has by default.
func newLedger(t prober.Target) *memoryLedger {
	targets := prober.Caps([]prober.Target{t}, nil)
	l := &memoryLedger{book: budget.NewBook(time.UTC)}
	l.book.SetLimits(budget.ProcessBudget{}.OrSum(slices.Collect(maps.Values(targets))), targets)
	return l
}

func (l *memoryLedger) Reserve(target string, now time.Time, worst budget.Amount) (budget.Reservation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	claim, err := l.book.Reserve(target, now, worst)
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	close(done)
	return &reservation{l, claim, done}, nil
}

func (l *memoryLedger) Level(target string, now time.Time) budget.Level {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.book.Level(target, now)
}

func (l *memoryLedger) States(now time.Time) []budget.State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.book.States(now)
}

func (l *memoryLedger) Trouble() error { return nil }
func (l *memoryLedger) Failures() int  { return 0 }

type reservation struct {
	ledger *memoryLedger
	claim  *budget.Claim
	done   chan struct{}
}

func (r *reservation) Done() <-chan struct{} { return r.done }
func (r *reservation) Err() error            { return nil }

func (r *reservation) Settle(actual budget.Amount) {
	r.ledger.mu.Lock()
	defer r.ledger.mu.Unlock()
	r.ledger.book.Settle(r.claim, actual)
}
