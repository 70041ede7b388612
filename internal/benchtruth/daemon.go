//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/prober"
)

// buildDaemon builds the program as it is released.
func buildDaemon(ctx context.Context, folder string) (string, error) {
	binary := filepath.Join(folder, "firsttoken")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/firsttoken/firsttoken/cmd/firsttoken")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building firsttoken: %w\n%s", err, out)
	}
	return binary, nil
}

// runDaemon runs the program itself, with its schedule, its workload and its exporters, until its results file has as
// many results as the plan has streams.
func runDaemon(ctx context.Context, p plan) error {
	folder, err := os.MkdirTemp("", "benchtruth")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // what is left there harms nobody
	config, file := filepath.Join(folder, "firsttoken.yml"), filepath.Join(folder, "results.jsonl")
	if err := os.WriteFile(config, []byte(p.configuration()), 0o600); err != nil {
		return err
	}
	before := newClock()
	all, err := p.probe(ctx, config, file)
	if err != nil {
		return err
	}
	after := newClock()
	if step := after.nanoseconds(before.at.Round(0)) - before.mono; max(step, -step) > int64(20*time.Microsecond) {
		return fmt.Errorf("the wall clock was set by %s during the run: results do not compare",
			time.Duration(step))
	}
	return json.NewEncoder(os.Stdout).Encode(daemonReport(all, after))
}

// probe starts the program, and ends it when the results file has enough results.
func (p plan) probe(ctx context.Context, config, file string) ([]prober.Result, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	log := &bytes.Buffer{}
	cmd := exec.CommandContext(ctx, p.Binary, "--config.file="+config, "--results.file="+file, "--log.level=error",
		"--web.listen-address=127.0.0.1:0", "--load.allow-excessive")
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(os.Interrupt) }, 30*time.Second
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // its log says more
	}()
	all, err := p.await(ctx, file, ended)
	stop()
	<-ended
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, log)
	}
	return all, nil
}

// configuration is one target with prompts of one size, whose requests come as often as those of the other clients.
func (p plan) configuration() string {
	perMinute := float64(p.Streams) / p.Ramp.Minutes() * float64(p.Tokens)
	until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	return fmt.Sprintf(`targets:
- name: bench
  url: http://%s/v1
  model: m
  load: {profile: load, tokens_per_minute: %.0f, arrival_shape: 16, until: %s}
  budget: {tokens_per_day: unlimited, tokens_per_month: unlimited}
  workload:
    context: {median: %[4]d, sigma: 0, min: %[4]d, max: %[4]d}
    input: {median: 64, sigma: 0, min: 64, max: 64}
    output: {median: 16, sigma: 0, min: 16, max: 16}
    tool_pause: {median: 500ms, sigma: 0, min: 500ms, max: 500ms}
    limit: %d
    human_share: 0
    idle_share: 0
    recall_share: 0
    compaction: {share: 0}
`, p.Address, perMinute, until, p.Tokens, p.Tokens*11/10)
}

// await polls the results file until it has the results of the plan. The daemon's trial, a tenth of the size, is none.
func (p plan) await(ctx context.Context, file string, ended <-chan struct{}) ([]prober.Result, error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		all, err := readResults(file)
		all = slices.DeleteFunc(all, func(r prober.Result) bool { return r.Turn.Words < p.Tokens/2 })
		if err != nil || len(all) >= p.Streams {
			return all[:min(len(all), p.Streams)], err
		}
		select {
		case <-tick.C:
		case <-ended: // also at the end of ctx
			return nil, errors.Join(fmt.Errorf("firsttoken ended before it had %d results", p.Streams), ctx.Err())
		}
	}
}

// readResults reads the whole lines of a results file. Without a file there are none yet.
func readResults(file string) ([]prober.Result, error) {
	content, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []prober.Result
	for line := range bytes.Lines(content) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break // it is being written
		}
		rec, err := results.Decode(line)
		if err != nil {
			return nil, err
		}
		all = append(all, rec.Result())
	}
	return all, nil
}

// daemonReport has the instants of results on CLOCK_MONOTONIC. Their times to first token count from the start of a
// request on a reused connection, and from the connection on a new one.
func daemonReport(all []prober.Result, c clock) report {
	r := report{Streams: make([]streamReport, len(all))}
	for i, x := range all {
		s := streamReport{ID: x.ID, Events: x.Events, Shared: x.FirstShared, ScheduleLag: -1}
		if lag, ok := x.Lag(); ok {
			s.ScheduleLag = int64(lag)
		}
		if x.Err != nil {
			s.Error = x.Err.Error()
		} else {
			begin := x.Connected
			if x.Reused {
				begin = x.Started
			}
			s.Start, s.Sent = c.nanoseconds(begin), c.nanoseconds(x.Uploaded())
			s.First, s.Last = c.nanoseconds(x.FirstToken), c.nanoseconds(x.LastToken)
			s.Read = s.First + int64(x.ReceiveLag)
		}
		r.Streams[i] = s
	}
	return r
}
