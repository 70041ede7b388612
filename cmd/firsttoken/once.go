package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/exporter"
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

type onceFlags struct {
	target string
	json   bool
}

func (c *onceFlags) declare(cmd *kingpin.CmdClause) {
	cmd.Arg("target", "Name of the target in the configuration file.").Required().StringVar(&c.target)
	cmd.Flag("json", "Print the result as a line of the results file.").BoolVar(&c.json)
}

// run exits with 1 if the answer was not ok: a shell's way to ask whether an endpoint works.
func (c *onceFlags) run(ctx context.Context, p program, o options) error {
	file, err := config.Load(o.ConfigFile)
	if err != nil {
		return err
	}
	target, err := pick(file.Targets, c.target)
	if err != nil {
		return err
	}
	result, err := askOnce(ctx, target, o.WorkloadSeed)
	if err != nil {
		return err
	}
	if c.json {
		line, err := exporter.NewRecord(result).Encode()
		if err != nil {
			return err
		}
		if _, err := p.Stdout.Write(line); err != nil {
			return fmt.Errorf("writing the result: %w", err)
		}
	} else {
		printTimeline(p.Stdout, target, result)
	}
	if result.Outcome != chat.OK {
		return errShown
	}
	return nil
}

func pick(targets []prober.Target, name string) (prober.Target, error) {
	names := make([]string, len(targets))
	for i, t := range targets {
		if t.Name == name {
			return t, nil
		}
		names[i] = t.Name
	}
	return prober.Target{}, fmt.Errorf("there is no target %q in the configuration: there are %s", name, strings.Join(names, ", "))
}

// askOnce sends the first turn of a new session. The seed makes it repeatable, and then the server
// may have it in its cache; with 0 no server has seen its prompt.
func askOnce(ctx context.Context, t prober.Target, seed uint64) (prober.Result, error) {
	if seed == 0 {
		seed = rand.Uint64()
	}
	return prober.Once(ctx, t, prober.Options{Connect: connect, Seed: seed, Version: programVersion()})
}
