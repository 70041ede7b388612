package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/ledger"
	"github.com/firsttoken/firsttoken/internal/screen"
	"github.com/firsttoken/firsttoken/prober/budget"
)

const (
	budgetHelp      = "Show what has been spent, or begin anew."
	budgetShowHelp  = "Show what has been spent of each cap, also while the daemon runs. The default."
	budgetResetHelp = "Set the ledger aside, so that the next start begins with nothing spent. The daemon must not run."
)

// budgetFlags are those of both subcommands.
type budgetFlags struct {
	file string
	json bool
}

func (c *budgetFlags) declare(show, reset *kingpin.CmdClause) {
	for _, cmd := range []*kingpin.CmdClause{show, reset} {
		cmd.Arg("config", "The configuration file; that of --config.file if left out.").StringVar(&c.file)
	}
	show.Flag("json", "Print as JSON.").BoolVar(&c.json)
}

func (c *budgetFlags) show(ctx context.Context, p program, o options) error {
	file, err := config.Load(cmp.Or(c.file, o.ConfigFile), knownGPUs(o.DCGM))
	if err != nil {
		return err
	}
	file, unread := lookOnce(ctx, file, "file", "http")
	if unread != nil {
		fmt.Fprintf(p.Stderr, "firsttoken: warning: targets are missing, and in the caps of all: %v\n", unread)
	}
	path := ledgerPath(file, o)
	states, err := spent(file, path, o, time.Now())
	if err != nil {
		return err
	}
	if c.json {
		enc := json.NewEncoder(p.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(spendings(states))
	}
	fmt.Fprintf(p.Stdout, "%s\n\n", path)
	printSpendings(p.Stdout, states)
	return nil
}

// spent is the state of every cap of a configuration, by the ledger as it is now.
func spent(file *config.File, path string, o options, now time.Time) ([]budget.State, error) {
	zone, err := file.Budget.Zone()
	if err != nil {
		return nil, err
	}
	charges, err := ledger.Read(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // nothing was ever sent
		return nil, err
	}
	book, c := budget.NewBook(zone), capsOf(file, o.estimates)
	book.Restore(charges)
	book.SetLimits(c.process, c.targets)
	return book.States(now), nil
}

// spending is a cap in JSON.
type spending struct {
	Target    string    `json:"target,omitempty"` // missing of the process
	Unit      string    `json:"unit"`
	Period    string    `json:"period"`
	Limit     *float64  `json:"limit,omitempty"` // missing without a cap
	Spent     float64   `json:"spent"`
	Level     string    `json:"level"`
	BeginsNew time.Time `json:"begins_anew"`
}

func spendings(states []budget.State) []spending {
	all := make([]spending, len(states))
	for i, s := range states {
		all[i] = spending{
			Target: s.Scope, Unit: string(s.Cap.Unit), Period: string(s.Cap.Period), Spent: s.Spent,
			Level: s.Level.String(), BeginsNew: s.BeginsNew,
		}
		if !math.IsInf(s.Limit, 1) {
			all[i].Limit = &s.Limit
		}
	}
	return all
}

// printSpendings leaves out caps that are not set and to which nothing was charged.
func printSpendings(w io.Writer, states []budget.State) {
	table := screen.Table{Text: 2}
	table.Add("", "CAP", "SPENT", "OF", "SHARE", "LEVEL", "BEGINS ANEW")
	for _, s := range states {
		limit, share := "unlimited", ""
		if !math.IsInf(s.Limit, 1) {
			limit, share = s.Cap.Text(s.Limit), fmt.Sprintf("%.1f%%", 100*s.Spent/s.Limit)
		} else if s.Spent == 0 {
			continue
		}
		table.Add(cmp.Or(s.Scope, "all targets"), fmt.Sprintf("%s a %s", s.Cap.Unit, s.Cap.Period),
			s.Cap.Text(s.Spent), limit, share, s.Level.String(), s.BeginsNew.Format("2006-01-02 15:04 MST"))
	}
	table.Print(w)
}

func (c *budgetFlags) reset(_ context.Context, p program, o options) error {
	file, err := config.Load(cmp.Or(c.file, o.ConfigFile), knownGPUs(o.DCGM))
	if err != nil {
		return err
	}
	aside, err := ledger.SetAside(ledgerPath(file, o), time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "The ledger is now %s. The next start begins with nothing spent.\n", aside)
	return nil
}
