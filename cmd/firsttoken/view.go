package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/firsttoken/firsttoken/exporter"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// view shows what the demo measures: a screen that is drawn once a second where there is a
// terminal, else lines.
type view struct {
	out      io.Writer
	terminal *terminal // nil where there is none
	warnings *tail
	log      *slog.Logger
	started  time.Time
	warmUp   time.Duration
	inFlight *inFlight
}

func newView(p program, o options, warmUp time.Duration) (*view, error) {
	v := &view{out: p.Stdout, started: time.Now(), warnings: &tail{}, warmUp: warmUp, inFlight: newInFlight()}
	if t, ok := terminalOf(p.Stdout, p.Environ); ok {
		v.terminal, v.log = t, quiet(v.warnings)
		return v, nil
	}
	log, err := p.logger(o)
	v.log = log
	return v, err
}

// How often the two kinds of view say something.
const (
	redraw    = time.Second
	firstLine = 5 * time.Second
	nextLines = 10 * time.Second
)

// show runs until ctx ends, and leaves the last state behind it.
func (v *view) show(ctx context.Context, h *exporter.History, addresses []string) {
	if v.terminal == nil {
		v.lines(ctx, h, addresses)
		return
	}
	v.terminal.open()
	v.draw(ctx, h, addresses)
	v.terminal.close()
	final := v.screen(h, addresses)
	final.Over = true
	for _, line := range final.lines(minWidth, v.terminal.style) {
		fmt.Fprintln(v.out, line)
	}
}

func (v *view) draw(ctx context.Context, h *exporter.History, addresses []string) {
	tick := time.NewTicker(redraw)
	defer tick.Stop()
	for {
		v.terminal.draw(v.screen(h, addresses))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (v *view) lines(ctx context.Context, h *exporter.History, addresses []string) {
	fmt.Fprintln(v.out, demoTitle)
	for _, n := range v.notes() {
		fmt.Fprintln(v.out, n)
	}
	fmt.Fprintf(v.out, "%s/metrics\n", link(addresses))
	timer := time.NewTimer(firstLine)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			v.state(h)
			return
		case <-timer.C:
			v.state(h)
			timer.Reset(nextLines)
		}
	}
}

// state is one line for each target.
func (v *view) state(h *exporter.History) {
	for _, r := range v.rows(h) {
		fmt.Fprintln(v.out, plain(time.Since(v.started), r))
	}
}

func plain(up time.Duration, r row) string {
	return fmt.Sprintf("%-7s %-13s tpm %s  ttft warm p50 %s p95 %s  cold p50 %s p95 %s s  tps %s  ok %d failed %d skipped %d  spent %s",
		clock(up), r.Name, rates(r.TPM, r.Set), r.Warm.P50.seconds(), r.Warm.P95.seconds(), r.Cold.P50.seconds(), r.Cold.P95.seconds(),
		r.TPS.whole(), r.OK, r.Failed, r.Skips, r.Spend.dollars())
}

// link is where the pages are; nothing under systemd's sockets, whose addresses are not ours to know.
func link(addresses []string) string {
	if len(addresses) == 0 {
		return ""
	}
	return "http://" + addresses[0]
}

// notes say what the numbers are not.
func (v *view) notes() []string {
	notes := []string{demoNote}
	if left := v.warmUp - time.Since(v.started); left > 0 {
		notes = append(notes, fmt.Sprintf(demoWarmUp, clock(left)))
	}
	return notes
}

func (v *view) screen(h *exporter.History, addresses []string) screen {
	return screen{
		Title: demoTitle, Notes: v.notes(), Up: time.Since(v.started),
		Rows: v.rows(h), Link: link(addresses), Warnings: v.warnings.last(),
	}
}

// rows are the targets in the order of the published table.
func (v *view) rows(h *exporter.History) []row {
	names := h.Targets()
	order := demoEngines()
	slices.SortFunc(names, func(a, b string) int { return slices.Index(order, a) - slices.Index(order, b) })
	var all []row
	for _, name := range names {
		if s, ok := h.Summary(name); ok {
			last, _ := h.Last(name, 200)
			t, _ := h.Target(name)
			r := rowOf(s, last, t)
			r.InFlight = v.inFlight.of(name)
			all = append(all, r)
		}
	}
	return all
}

func rowOf(s exporter.Summary, last []exporter.Record, t prober.Target) row {
	r := row{
		Name: s.Target, Warm: percentilesOf(s.TTFTWarm), Cold: percentilesOf(s.TTFTCold),
		TPS: measured{s.TPS.P50, s.TPS.OK()}, Spend: measured{s.Spent, t.Prices != nil},
	}
	if s.InputPerMin != nil {
		r.TPM = *s.InputPerMin
	}
	if s.Effective != nil {
		r.Set = *s.Effective
	}
	r.count(s)
	for _, name := range slo.Names() {
		if a, ok := s.SLOs[name]; ok {
			good, some := a.Ratio()
			r.SLOs = append(r.SLOs, attainment{string(name), a.Objective, measured{good, some}})
		}
	}
	for _, record := range last {
		r.Last = append(r.Last, answerOf(record))
	}
	return r
}

// count adds up outcomes and skipped slots, and says in words what they were.
func (r *row) count(s exporter.Summary) {
	var why []string
	if s.SetPoint != nil && s.Effective != nil && *s.Effective < *s.SetPoint {
		why = append(why, "backed off from "+tokens(*s.SetPoint))
	}
	for _, o := range chat.Outcomes() {
		n := s.Outcomes[o]
		if o == chat.OK {
			r.OK = int64(n)
		} else if n > 0 {
			r.Failed += int64(n)
			why = append(why, fmt.Sprintf("%d %s", n, o))
		}
	}
	for _, reason := range prober.Reasons() {
		if n := s.Skipped[reason]; n > 0 {
			r.Skips += int64(n)
			why = append(why, fmt.Sprintf("%d skipped: %s", n, reason))
		}
	}
	r.Why = strings.Join(why, " · ")
}

func percentilesOf(q exporter.Quantiles) percentiles {
	return percentiles{P50: measured{q.P50, q.OK()}, P95: measured{q.P95, q.OK()}}
}

func answerOf(rec exporter.Record) answer {
	a := answer{Failed: rec.Outcome != string(chat.OK), Kind: warm}
	if rec.TTFT != nil {
		a.TTFT = measured{time.Duration(*rec.TTFT).Seconds(), true}
	}
	switch {
	case rec.Phase == string(workload.Bootstrap):
		a.Kind = bootstrap
	case rec.Cache == "cold":
		a.Kind = cold
	}
	return a
}
