package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/ledger"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/budget"
)

// onceBudget is what a single request is charged to.
type onceBudget struct {
	prober.Budget // nil is no bound
	close         func() error
}

// ledgerWait is how long once waits for a process that has the ledger.
const ledgerWait = 200 * time.Millisecond

// budget is that of the configuration; none with --no-budget.
func (c *onceFlags) budget(file *config.File, p program, o options) (onceBudget, error) {
	if c.noBudget {
		return noBudget(), nil
	}
	b, err := openBudget(file, p, o)
	if err != nil {
		return b, fmt.Errorf("%w (--no-budget sends all the same)", err)
	}
	return b, nil
}

func noBudget() onceBudget { return onceBudget{close: func() error { return nil }} }

// openBudget opens the ledger of the configuration. While a daemon has it, there is only a look at whether there is
// room: in an incident a person must be able to ask beside the daemon, and a few requests more are no harm that a
// budget is for.
func openBudget(file *config.File, p program, o options) (onceBudget, error) {
	zone, err := file.Budget.Zone()
	if err != nil {
		return noBudget(), err
	}
	path, limits := ledgerPath(file, o), capsOf(file, o.estimates)
	l, err := ledger.Open(ledger.Options{Path: path, Zone: zone, LockFor: ledgerWait})
	if _, inUse := errors.AsType[*ledger.InUse](err); inUse {
		b := noBudget()
		b.Budget, err = glimpse(path, zone, limits)
		fmt.Fprintln(p.Stderr, "firsttoken: the daemon has the ledger: this request is held to the budget, but not charged")
		return b, err
	}
	if err != nil {
		return noBudget(), err
	}
	l.SetLimits(limits.process, limits.targets)
	return onceBudget{l, func() error { return l.Close(context.Background()) }}, nil
}

// glimpse is the budget as another process has it now, to be asked once.
func glimpse(path string, zone *time.Location, limits caps) (prober.Budget, error) {
	charges, err := ledger.Read(path)
	if err != nil {
		return nil, err
	}
	b := glimpsed{budget.NewBook(zone)}
	b.book.Restore(charges)
	b.book.SetLimits(limits.process, limits.targets)
	return b, nil
}

type glimpsed struct{ book *budget.Book }

func (g glimpsed) Level(target string, now time.Time) budget.Level { return g.book.Level(target, now) }

func (g glimpsed) Reserve(target string, now time.Time, worst budget.Amount) (budget.Reservation, error) {
	if _, err := g.book.Reserve(target, now, worst); err != nil {
		return nil, err
	}
	done := make(chan struct{})
	close(done)
	return uncharged(done), nil
}

// uncharged is a reservation that nobody keeps.
type uncharged chan struct{}

func (u uncharged) Done() <-chan struct{} { return u }
func (uncharged) Err() error              { return nil }
func (uncharged) Settle(budget.Amount)    {}
