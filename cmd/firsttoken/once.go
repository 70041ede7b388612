package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

const onceHelp = "Send one turn to a target and show its timeline. " +
	"A cold first turn of the target's workload, some 45,000 tokens, after a trial of a tenth of the size."

type onceFlags struct {
	target   string
	json     bool
	noBudget bool
}

func (c *onceFlags) declare(cmd *kingpin.CmdClause) {
	cmd.Arg("target", "Name of the target in the configuration file.").Required().StringVar(&c.target)
	cmd.Flag("json", "Print the result as a line of the results file.").BoolVar(&c.json)
	cmd.Flag("no-budget", "Send also where the budget has no room, and charge nothing.").BoolVar(&c.noBudget)
}

// run fails if the answer was not ok, so that a shell can ask whether an endpoint works.
func (c *onceFlags) run(ctx context.Context, p program, o options) error {
	file, target, err := c.find(ctx, o)
	if err != nil {
		return err
	}
	spent, err := c.budget(file, p, o)
	if err != nil {
		return err
	}
	result, err := askOnce(ctx, target, o, spent)
	if err = errors.Join(err, spent.close()); err != nil {
		return err
	}
	if err := c.print(p.Stdout, target, result); err != nil {
		return err
	}
	if result.Outcome != chat.OK {
		return errPrinted
	}
	return nil
}

// find also looks into the lists of targets. What is wrong with one of them matters only if the target is not found.
func (c *onceFlags) find(ctx context.Context, o options) (*config.File, prober.Target, error) {
	file, err := config.Load(o.ConfigFile, o.ceilings()...)
	if err != nil {
		return nil, prober.Target{}, err
	}
	file, unread := lookOnce(ctx, file, "file", "http")
	target, err := pick(file.Targets, c.target)
	if err != nil {
		return nil, prober.Target{}, errors.Join(err, unread)
	}
	return file, target, nil
}

// print writes the result as a timeline, or as a line of the results file.
func (c *onceFlags) print(w io.Writer, t prober.Target, r prober.Result) error {
	if !c.json {
		printTimeline(w, t, r)
		return nil
	}
	line, err := results.NewRecord(r).Encode()
	if err != nil {
		return err
	}
	if _, err := w.Write(line); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}

// pick finds a target by its name.
func pick(targets []prober.Target, name string) (prober.Target, error) {
	names := make([]string, len(targets))
	for i, t := range targets {
		if t.Name == name {
			return t, nil
		}
		names[i] = t.Name
	}
	return prober.Target{}, fmt.Errorf("there is no target %q in the configuration: there are %s",
		name, strings.Join(names, ", "))
}

// askOnce sends the first turn of a new session. With a seed the prompt is repeatable, and the server may
// have it in its cache; without one it is new to every server.
func askOnce(ctx context.Context, t prober.Target, o options, b onceBudget) (prober.Result, error) {
	return prober.Once(ctx, t, prober.Options{
		Connect: connect, Seed: seedOf(o), Version: programVersion(), Budget: b.Budget,
	})
}
