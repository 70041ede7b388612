package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/internal/screen"
)

const checkHelp = "Check a configuration file and show what its load will be and cost."

type checkFlags struct {
	file string
	json bool
	asks bool // --live
	yes  bool
}

func (c *checkFlags) declare(cmd *kingpin.CmdClause) {
	cmd.Arg("config", "The configuration file; that of --config.file if left out.").StringVar(&c.file)
	cmd.Flag("json", "Print the forecast as JSON.").BoolVar(&c.json)
	cmd.Flag("live", "Ask each target, too, with a handful of small requests: what would be refused, and what mends it.").
		BoolVar(&c.asks)
	cmd.Flag("yes", "With --live: send without asking.").Short('y').BoolVar(&c.yes)
}

// run prints the load and its cost. Every problem of the file is an error, and so is a load that has
// ended, of which the daemon only warns.
//
// It reads the lists of targets that are files, and asks no server; with --live it asks all.
func (c *checkFlags) run(ctx context.Context, p program, o options) error {
	file, err := o.readOnce(cmp.Or(c.file, o.ConfigFile))
	if err != nil {
		return err
	}
	lists := []string{"file"}
	if c.asks {
		lists = append(lists, "http")
	}
	if file, err = lookOnce(ctx, file, lists...); err != nil {
		return err
	}
	if len(file.Warnings) > 0 {
		return file.Warnings
	}
	if c.asks {
		return c.live(ctx, p, o, file)
	}
	all, caps := forecasts(file.Targets, o.estimates, time.Now()), capsOf(file, o.estimates)
	for i := range all {
		all[i].Budget = caps.targets[all[i].Target]
	}
	if c.json {
		enc := json.NewEncoder(p.Stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(all)
	}
	fmt.Fprintf(p.Stdout, "%s: %s, no problems\n\n", file.Name, count(len(all), "target"))
	printLists(p.Stdout, file.Lists)
	printForecasts(p.Stdout, all)
	printCaps(p.Stdout, all, caps.process)
	printWindows(p.Stdout, file.Targets)
	printPresets(p.Stdout, file.Targets)
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%s %ss", screen.Thousands(float64(n)), what)
}

// printForecasts prints the load, its cost, and notes on both.
func printForecasts(w io.Writer, forecasts []forecast) {
	if len(forecasts) == 0 {
		return
	}
	load := screen.Table{Text: 2}
	load.Add("TARGET", "PROFILE", "TOKENS/MIN", "REQ/MIN", "IN/REQ", "OUT/REQ", "CACHED", "RESIDENT",
		"TOKENS/DAY", "TOKENS/MONTH")
	for _, f := range forecasts {
		load.Add(f.Target, f.Profile, screen.Tokens(f.TPM), fmt.Sprintf("%.2f", f.Requests),
			screen.Thousands(f.Input), screen.Thousands(f.Output), fmt.Sprintf("%.1f%%", 100*f.Cached),
			screen.Tokens(float64(f.Resident)),
			screen.Tokens(f.Day.InputTokens+f.Day.OutputTokens), screen.Tokens(f.Month.InputTokens+f.Month.OutputTokens))
	}
	load.Print(w)
	fmt.Fprintln(w)
	printCosts(w, forecasts)
	printNotes(w, forecasts)
}

// printCosts prints the cost with a working prefix cache and without one.
func printCosts(w io.Writer, forecasts []forecast) {
	costs := screen.Table{Text: 1}
	costs.Add("", "CACHED $/DAY", "$/MONTH", "UNCACHED $/DAY", "$/MONTH")
	var total [4]float64
	priced := 0
	for _, f := range forecasts {
		if f.Day.DollarsCached == nil {
			costs.Add(f.Target, "no prices", "", "", "")
			continue
		}
		parts := f.dollars()
		costs.Add(costRow(f.Target, parts)...)
		for i, d := range parts {
			total[i] += d
		}
		priced++
	}
	if priced > 1 {
		costs.Add(costRow("total", total)...)
	}
	costs.Print(w)
	fmt.Fprintln(w)
}

// dollars are the cost of a day and a month with a prefix cache, then of both without one.
func (f forecast) dollars() [4]float64 {
	return [4]float64{*f.Day.DollarsCached, *f.Month.DollarsCached, *f.Day.DollarsWithout, *f.Month.DollarsWithout}
}

func costRow(name string, dollars [4]float64) []string {
	row := []string{name}
	for _, d := range dollars {
		row = append(row, screen.Dollars(d))
	}
	return row
}

func printNotes(w io.Writer, forecasts []forecast) {
	fmt.Fprintln(w, "Tokens are input and output; a month is 30 days. CACHED is the share of input that a prefix cache")
	fmt.Fprintln(w, "serves when it works; the last two columns are the bill when it does not, or there is none.")
	fmt.Fprintln(w, "RESIDENT is what all sessions together keep in that cache, which its users cannot have.")
	if slices.ContainsFunc(forecasts, func(f forecast) bool { return f.Day.DollarsCached == nil }) {
		fmt.Fprintln(w, "A target without `prices` has a load, but no forecast of dollars.")
	}
	for _, f := range forecasts {
		if f.Paused {
			fmt.Fprintf(w, "%s is paused: nothing is sent.\n", f.Target)
		}
		if f.Until != nil {
			fmt.Fprintf(w, "%s ends at %s; its day and month are counted to there.\n",
				f.Target, f.Until.Format("2006-01-02 15:04 MST"))
		}
	}
}
