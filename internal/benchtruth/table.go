//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// row is a line of the table.
type row struct {
	plan             plan
	client           string
	held             int // streams that ended well
	firsts, dropped  int // samples, and those of too long a write
	ttft, read, last []float64
	alone            []float64 // as ttft, of first tokens that came alone
	schedule         []float64 // µs
	cpuPerMillion    float64
	perStream        float64 // KiB
	perSecond        float64 // events
}

// table runs everything and prints it as it comes.
func (f flags) table(ctx context.Context) error {
	plans, err := f.plans()
	if err != nil {
		return err
	}
	most := 0
	for _, p := range plans {
		most = max(most, p.Streams)
	}
	if err := moreFiles(most); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range f.busy {
		burner, err := child(ctx, "burn", plan{})
		if err != nil {
			return err
		}
		if err := burner.Start(); err != nil {
			return err
		}
		defer func() { _ = burner.Wait() }() // killed with the context
		defer cancel()
	}
	fmt.Println(machine(), f.conditions())
	fmt.Println()
	fmt.Println(heading)
	for _, p := range plans {
		if err := f.group(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

const heading = `| | streams | client | TTFT error p50 / p99 / max, µs | of those that came alone, p99 / max | had it after, p50 / p99, µs | last token p50 / p99, µs | CPU s per 1M events | to epoll | events/s | held | KiB per idle stream | schedule lag p50 / p99, µs | samples (dropped) |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|`

// group runs every client on one plan; the floor's cost is what others are compared with.
func (f flags) group(ctx context.Context, p plan) error {
	var rows []row
	var floorCost float64
	for _, client := range strings.Split(f.clients, ",") {
		if p.Secure && client == "epoll" {
			continue // it has no TLS
		}
		of := p
		if client == "batching" {
			of.Batch = f.batch
		}
		r, truth, err := duel(ctx, client, f.python, of)
		if errors.Is(err, errNoClient) {
			fmt.Fprintf(os.Stderr, "%s is left out: %s has no aiohttp\n", client, f.python)
			continue
		}
		if err != nil {
			return err
		}
		x := f.join(of, client, r, truth)
		if client == "epoll" {
			floorCost = x.cpuPerMillion
		}
		rows = append(rows, x)
	}
	for _, r := range rows {
		fmt.Println(r.markdown(floorCost))
	}
	return nil
}

// join compares what was seen with what was written.
func (f flags) join(p plan, client string, r report, truth []written) row {
	out := row{plan: p, client: client, perStream: float64(r.Idle-r.Bare) / 1024 / float64(p.Streams)}
	by := make(map[string]written, len(truth))
	for _, w := range truth {
		by[w.ID] = w
	}
	events, begin, end := 0, int64(math.MaxInt64), int64(0)
	for _, s := range r.Streams {
		events += s.Events
		if s.ScheduleLag >= 0 {
			out.schedule = append(out.schedule, float64(s.ScheduleLag)/1e3)
		}
		w, ok := by[s.ID]
		if !ok || s.Error != "" || s.Events != p.Events {
			continue
		}
		out.held++
		begin, end = min(begin, s.First), max(end, s.Last)
		if w.First.After-w.First.Before > int64(f.bracket) {
			out.dropped++
		} else {
			out.ttft = append(out.ttft, float64(s.First-w.First.Before)/1e3)
			if !s.Shared && client != "epoll" && client != "aiohttp" { // which do not say
				out.alone = append(out.alone, out.ttft[len(out.ttft)-1])
			}
			out.read = append(out.read, float64(s.Read-w.First.Before)/1e3)
		}
		if w.Last.After-w.Last.Before <= int64(f.bracket) {
			out.last = append(out.last, float64(s.Last-w.Last.Before)/1e3)
		}
	}
	out.firsts = len(out.ttft)
	out.cpuPerMillion = r.CPU / float64(max(events, 1)) * 1e6
	out.perSecond = float64(events) / max(time.Duration(end-begin).Seconds(), 1e-9)
	return out
}

func (r row) markdown(floor float64) string {
	scheme, ratio := "HTTP", "–"
	if r.plan.Secure {
		scheme = "TLS"
	}
	if floor > 0 {
		ratio = fmt.Sprintf("%.2f", r.cpuPerMillion/floor)
	}
	return fmt.Sprintf("| %s | %d | %s | %s | %s | %s | %s | %.1f | %s | %.0f | %d | %.0f | %s | %d (%d) |",
		scheme, r.plan.Streams, r.client, quantiles(r.ttft, .5, .99, 1), quantiles(r.alone, .99, 1), quantiles(r.read, .5, .99), quantiles(r.last, .5, .99),
		r.cpuPerMillion, ratio, r.perSecond, r.held, r.perStream, quantiles(r.schedule, .5, .99), r.firsts, r.dropped)
}

// quantiles of the nearest rank.
func quantiles(values []float64, qs ...float64) string {
	if len(values) == 0 {
		return "–"
	}
	slices.Sort(values)
	parts := make([]string, len(qs))
	for i, q := range qs {
		parts[i] = fmt.Sprintf("%.0f", values[min(len(values)-1, int(q*float64(len(values))))])
	}
	return strings.Join(parts, " / ")
}

// machine is a line on where this ran.
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
	return fmt.Sprintf("Responder and client share the machine. Streams of %g s; batching reads every %s; samples of writes longer than %s dropped; %d processes burn processor time.",
		f.seconds, f.batch, f.bracket, f.busy)
}
