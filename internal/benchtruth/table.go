//go:build linux

package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// row is one run of one client. Times are in microseconds.
type row struct {
	plan          plan
	client        string
	held          int       // streams that ended well
	dropped       int       // first tokens whose write took too long
	ttft          []float64 // error of the first token's instant
	alone         []float64 // the same, of first tokens that came alone
	read          []float64 // from the write to the instant at which the process had the first token
	last          []float64 // error of the last token's instant
	schedule      []float64 // lag of the start
	cpuPerMillion float64   // seconds per million events
	perStream     float64   // KiB
	perSecond     float64   // events
}

// join compares what a client measured with what the responder wrote.
func (f flags) join(p plan, client string, r report, truth []streamTruth) row {
	out := row{plan: p, client: client, perStream: float64(r.Idle-r.Bare) / 1024 / float64(p.Streams)}
	byID := make(map[string]streamTruth, len(truth))
	for _, w := range truth {
		byID[w.ID] = w
	}
	events, begin, end := 0, int64(math.MaxInt64), int64(0)
	for _, s := range r.Streams {
		events += s.Events
		if s.ScheduleLag >= 0 {
			out.schedule = append(out.schedule, float64(s.ScheduleLag)/1e3)
		}
		w, ok := byID[s.ID]
		if !ok || s.Error != "" || s.Events != p.Events {
			continue
		}
		out.held++
		begin, end = min(begin, s.First), max(end, s.Last)
		if w.First.took() > int64(f.bracket) {
			out.dropped++
		} else {
			out.ttft = append(out.ttft, float64(s.First-w.First.Before)/1e3)
			if !s.Shared && client != "epoll" && client != "aiohttp" { // these two cannot tell
				out.alone = append(out.alone, out.ttft[len(out.ttft)-1])
			}
			out.read = append(out.read, float64(s.Read-w.First.Before)/1e3)
		}
		if w.Last.took() <= int64(f.bracket) {
			out.last = append(out.last, float64(s.Last-w.Last.Before)/1e3)
		}
	}
	out.cpuPerMillion = r.CPU / float64(max(events, 1)) * 1e6
	out.perSecond = float64(events) / max(time.Duration(end-begin).Seconds(), 1e-9)
	return out
}

// floorCost is the cost of the epoll client, 0 if it did not run.
func floorCost(rows []row) float64 {
	for _, r := range rows {
		if r.client == "epoll" {
			return r.cpuPerMillion
		}
	}
	return 0
}

// units explains the columns that hold quantiles.
const units = "Times are in µs: p50 / p99 / max of the TTFT error, p99 / max of first tokens that came alone, " +
	"p50 / p99 of the others."

func errorColumns() []string {
	return []string{
		"", "streams", "client", "TTFT error", "came alone", "had it after", "last token", "samples (dropped)",
	}
}

func (r row) errors() []string {
	return []string{
		r.scheme(), fmt.Sprint(r.plan.Streams), r.client,
		quantiles(r.ttft, .5, .99, 1), quantiles(r.alone, .99, 1), quantiles(r.read, .5, .99),
		quantiles(r.last, .5, .99), fmt.Sprintf("%d (%d)", len(r.ttft), r.dropped),
	}
}

func costColumns() []string {
	return []string{
		"", "streams", "client", "CPU s / 1M events", "to epoll", "events/s", "held", "KiB / idle stream",
		"schedule lag",
	}
}

func (r row) costs(floor float64) []string {
	ratio := "–"
	if floor > 0 {
		ratio = fmt.Sprintf("%.2f", r.cpuPerMillion/floor)
	}
	return []string{
		r.scheme(), fmt.Sprint(r.plan.Streams), r.client,
		fmt.Sprintf("%.1f", r.cpuPerMillion), ratio, fmt.Sprintf("%.0f", r.perSecond), fmt.Sprint(r.held),
		fmt.Sprintf("%.0f", r.perStream), quantiles(r.schedule, .5, .99),
	}
}

func (r row) scheme() string {
	if r.plan.Secure {
		return "TLS"
	}
	return "HTTP"
}

// line is a row of a Markdown table.
func line(cells ...string) string { return "| " + strings.Join(cells, " | ") + " |" }

func heading(columns []string) string {
	return line(columns...) + "\n" + strings.Repeat("|---", len(columns)) + "|"
}

// quantiles are those of the nearest rank, by size: a value below zero is an error too.
func quantiles(values []float64, qs ...float64) string {
	if len(values) == 0 {
		return "–"
	}
	slices.SortFunc(values, func(a, b float64) int { return cmp.Compare(math.Abs(a), math.Abs(b)) })
	parts := make([]string, len(qs))
	for i, q := range qs {
		parts[i] = fmt.Sprintf("%.0f", values[min(len(values)-1, int(q*float64(len(values))))])
	}
	return strings.Join(parts, " / ")
}
