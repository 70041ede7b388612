package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/ledger"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// ledgerName is the ledger beside the configuration, where nobody has named another.
const ledgerName = "firsttoken-ledger.db"

// ledgerPath is where the ledger of a configuration is.
func ledgerPath(file *config.File, o options) string {
	return cmp.Or(file.Budget.File, o.BudgetFile, filepath.Join(filepath.Dir(file.Name), ledgerName))
}

// openLedger opens the ledger of a configuration.
func openLedger(file *config.File, o options, log *slog.Logger) (*ledger.Ledger, error) {
	zone, err := file.Budget.Zone()
	if err != nil {
		return nil, err
	}
	l, err := ledger.Open(ledger.Options{Path: ledgerPath(file, o), Zone: zone, Logger: log})
	if err != nil {
		return nil, fmt.Errorf("%w (`file` in `budget` of the configuration, or --budget.file, says where it is)", err)
	}
	return l, nil
}

// caps are the budgets of a configuration, with defaults.
type caps struct {
	process budget.Limits
	targets map[string]budget.Limits
}

func capsOf(file *config.File, estimates *workload.Estimates) caps {
	targets := prober.Caps(file.Targets, estimates)
	return caps{file.Budget.OrSum(slices.Collect(maps.Values(targets))), targets}
}

// errNeedsRestart refuses a change of what a running ledger cannot change.
var errNeedsRestart = errors.New("budget: another `file` or `timezone` needs a restart")

// limits changes the caps from those of one configuration to those of another, around the change of the targets:
// meanwhile the targets of both may spend.
type limits struct {
	ledger   *ledger.Ledger // nil where nothing is kept
	from, to caps
}

func (c *configuration) newLimits(file *config.File) (limits, error) {
	l := limits{ledger: c.service.ledger}
	if l.ledger == nil {
		return l, nil
	}
	l.to = capsOf(file, c.options.estimates)
	l.from = l.to
	if before := c.file.Load(); before != nil {
		if before.Budget.File != file.Budget.File || before.Budget.Timezone != file.Budget.Timezone {
			return l, errNeedsRestart
		}
		l.from = capsOf(before, c.options.estimates)
	}
	return l, nil
}

func (l limits) begin() {
	both := maps.Clone(l.from.targets)
	maps.Copy(both, l.to.targets)
	l.set(caps{l.to.process, both})
}

func (l limits) end()  { l.set(l.to) }
func (l limits) undo() { l.set(l.from) }

func (l limits) set(c caps) {
	if l.ledger != nil {
		l.ledger.SetLimits(c.process, c.targets)
	}
}
