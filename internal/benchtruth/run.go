//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// run runs every client on every plan. It prints the rows about errors as they come, and those about costs at the end.
func (f flags) run(ctx context.Context) error {
	plans, err := f.plans()
	if err != nil {
		return err
	}
	most := 0
	for _, p := range plans {
		most = max(most, p.Streams)
	}
	if err := raiseFileLimit(most); err != nil {
		return err
	}
	stop, err := f.burn(ctx)
	defer stop()
	if err != nil {
		return err
	}
	fmt.Println(machine(), f.conditions())
	fmt.Printf("%s\n\n%s\n", units, heading(errorColumns()))
	var costs []string
	for _, p := range plans {
		rows, err := f.group(ctx, p)
		if err != nil {
			return err
		}
		floor := floorCost(rows)
		for _, r := range rows {
			fmt.Println(r.errors())
			costs = append(costs, r.costs(floor))
		}
	}
	fmt.Printf("\n%s\n%s\n", heading(costColumns()), strings.Join(costs, "\n"))
	return nil
}

// burn starts the processes that burn processor time, and returns the function that ends them.
func (f flags) burn(ctx context.Context) (stop func(), err error) {
	ctx, cancel := context.WithCancel(ctx)
	var wait []func() error
	stop = func() {
		cancel()
		for _, w := range wait {
			_ = w() // killed with the context
		}
	}
	for range f.busy {
		burner, err := roleCommand(ctx, "burn", plan{})
		if err == nil {
			err = burner.Start()
		}
		if err != nil {
			return stop, err
		}
		wait = append(wait, burner.Wait)
	}
	return stop, nil
}

// group runs every client on one plan.
func (f flags) group(ctx context.Context, p plan) ([]row, error) {
	var rows []row
	for client := range strings.SplitSeq(f.clients, ",") {
		if p.Secure && client == "epoll" {
			continue // it speaks no TLS
		}
		own := p
		if client == "batching" {
			own.Batch = f.batch
		}
		r, truth, err := runClient(ctx, client, f.python, own)
		if errors.Is(err, errNoClient) {
			fmt.Fprintf(os.Stderr, "%s is left out: %s has no aiohttp\n", client, f.python)
			continue
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, f.join(own, client, r, truth))
	}
	return rows, nil
}

// machine describes where this ran.
func machine() string {
	model, kernel := "", ""
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for l := range strings.Lines(string(text)) {
			if name, value, ok := strings.Cut(l, ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		kernel = strings.TrimSpace(string(text))
	}
	return fmt.Sprintf("%s, %d cores, Linux %s, %s.", model, runtime.NumCPU(), kernel, runtime.Version())
}

func (f flags) conditions() string {
	return fmt.Sprintf("Responder and client share the machine. Streams of %g s; batching reads every %s; "+
		"samples of writes longer than %s dropped; %d processes burn processor time.",
		f.seconds, f.batch, f.bracket, f.busy)
}
