//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// run runs every client on every plan. It prints the rows about errors as they come, and those about costs at the end.
func (f flags) run(ctx context.Context) error {
	stop, err := f.burn(ctx)
	defer stop()
	if err != nil {
		return err
	}
	doc, err := openDocument(f.write)
	if err != nil {
		return err
	}
	doc.set("run", []string{f.heading(ctx)})
	fmt.Println(f.heading(ctx))
	if f.runs("streams") {
		err = f.runStreams(ctx, doc)
	}
	if err == nil && f.runs("bodies") {
		err = f.runBodies(ctx, doc)
	}
	return errors.Join(err, doc.save())
}

// runStreams is the part about many streams with prompts of one line.
func (f flags) runStreams(ctx context.Context, doc *document) error {
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
	fmt.Printf("%s %s\n\n%s\n", f.conditions(), units, heading(errorColumns()))
	errs, costs := table{errorColumns()}, table{costColumns()}
	for _, p := range plans {
		rows, err := f.group(ctx, p)
		if err != nil {
			return err
		}
		floor := floorCost(rows)
		for _, r := range rows {
			fmt.Println(line(r.errors()...))
			errs, costs = append(errs, r.errors()), append(costs, r.costs(floor))
		}
	}
	fmt.Println()
	fmt.Println(strings.Join(costs.aligned(), "\n"))
	for _, scheme := range []string{"HTTP", "TLS"} {
		doc.set("errors-"+scheme, errs.where(scheme).aligned())
		doc.set("costs-"+scheme, costs.where(scheme).aligned())
	}
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
			f.leftOut(client)
			continue
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, f.join(own, client, r, truth))
	}
	return rows, nil
}

// runs reports whether the flags ask for a part.
func (f flags) runs(part string) bool { return slices.Contains(strings.Split(f.parts, ","), part) }

func (f flags) leftOut(client string) {
	fmt.Fprintf(os.Stderr, "%s is left out: %s has no aiohttp\n", client, f.python)
}

// heading says what ran where.
func (f flags) heading(ctx context.Context) string {
	output := func(name string, args ...string) string {
		out, err := exec.CommandContext(ctx, name, args...).Output()
		if err != nil {
			return "unknown"
		}
		return strings.TrimSpace(string(out))
	}
	commit := "commit " + output("git", "rev-parse", "--short", "HEAD")
	if output("git", "status", "--porcelain") != "" {
		commit += " with changes"
	}
	text, _ := os.ReadFile("/proc/loadavg") // every Linux has it
	load, _, _ := strings.Cut(string(text), " ")
	return fmt.Sprintf("%s, %s, %s, aiohttp %s. Load average before: %s.", time.Now().UTC().Format(time.DateOnly),
		commit, machine(), output(f.python, "-c", "import aiohttp; print(aiohttp.__version__)"), load)
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
		kernel, _, _ = strings.Cut(strings.TrimSpace(string(text)), "-") // the rest is a builder's own name
	}
	return fmt.Sprintf("%s, %d cores, Linux %s, %s", model, runtime.NumCPU(), kernel, runtime.Version())
}

func (f flags) conditions() string {
	return fmt.Sprintf("Responder and client share the machine. Streams of %g s; batching reads every %s; "+
		"samples of writes longer than %s dropped; %d processes burn processor time.",
		f.seconds, f.batch, f.bracket, f.busy)
}
