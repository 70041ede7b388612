package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	mathrand "math/rand/v2"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/firsttoken/firsttoken/exporter"
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
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
// may have it in its cache; with 0 nobody has seen its prompt.
func askOnce(ctx context.Context, t prober.Target, seed uint64) (prober.Result, error) {
	sender, err := connect(t)
	if err != nil {
		return prober.Result{}, fmt.Errorf("target %q: %w", t.Name, err)
	}
	defer sender.Close()
	if seed == 0 {
		seed = mathrand.Uint64()
	}
	calibration := workload.NewCalibration(t.Workload.TokensPerWord)
	session := workload.NewSession(&t.Workload, workload.NewCorpus(programVersion()), calibration,
		workload.Identity{Seed: seed, Target: t.Name})
	turn, request := session.Next(workload.Ages{})
	request.ID = requestID()
	r := prober.Result{Target: t.Name, Turn: turn, Scheduled: time.Now()}
	r.Exchange = sender.Send(ctx, &request, func(time.Time) {})
	return r, nil
}

// requestID has the form of a trace id.
func requestID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}
