// Package screen prints for people at a terminal: the demo's live screen, tables, and numbers in a form
// that is read at a glance. It reads the history and measures nothing.
package screen

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
)

// Options say what a Screen shows beside the history.
type Options struct {
	Out      io.Writer
	Environ  []string // KEY=value
	Title    string
	Notes    func(up time.Duration) []string // caveats, above the table
	Order    []string                        // of the targets
	InFlight func(target string) int64
}

// Screen shows the history of a run: on a terminal a picture that is redrawn every second, elsewhere
// one line for each target every few seconds.
type Screen struct {
	Options
	terminal *terminal // nil where there is none
	warnings *tail
	started  time.Time
}

// New returns a screen on o.Out. Its clock starts now.
func New(o Options) *Screen {
	s := &Screen{Options: o, warnings: &tail{}, started: time.Now()}
	if t, ok := terminalOf(o.Out, o.Environ); ok {
		s.terminal = t
	}
	return s
}

// Logger returns the logger to use while the screen owns the terminal: it shows the last warnings below
// the table. ok is false where there is no terminal, and any logger will do.
func (s *Screen) Logger() (log *slog.Logger, ok bool) {
	return quiet(s.warnings), s.terminal != nil
}

// How often the two forms are updated.
const (
	redraw    = time.Second
	firstLine = 5 * time.Second
	nextLines = 10 * time.Second
)

// Show runs until ctx ends. The last state stays visible after it.
func (s *Screen) Show(ctx context.Context, h *history.History, addresses []string) {
	if s.terminal == nil {
		s.printLines(ctx, h, addresses)
		return
	}
	s.terminal.open()
	s.redraw(ctx, h, addresses)
	s.terminal.close()
	final := s.snapshot(h, addresses)
	final.Over = true
	for _, line := range final.lines(minWidth, s.terminal.style) {
		fmt.Fprintln(s.Out, line)
	}
}

func (s *Screen) redraw(ctx context.Context, h *history.History, addresses []string) {
	tick := time.NewTicker(redraw)
	defer tick.Stop()
	for {
		s.terminal.draw(s.snapshot(h, addresses))
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *Screen) printLines(ctx context.Context, h *history.History, addresses []string) {
	fmt.Fprintln(s.Out, s.Title)
	for _, n := range s.Notes(s.up()) {
		fmt.Fprintln(s.Out, n)
	}
	fmt.Fprintf(s.Out, "%s/metrics\n", link(addresses))
	timer := time.NewTimer(firstLine)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			s.printRows(h)
			return
		case <-timer.C:
			s.printRows(h)
			timer.Reset(nextLines)
		}
	}
}

func (s *Screen) printRows(h *history.History) {
	for _, r := range s.rows(h) {
		fmt.Fprintln(s.Out, plain(s.up(), r))
	}
}

func plain(up time.Duration, r row) string {
	return fmt.Sprintf("%-7s %-13s tpm %s  ttft warm p50 %s p95 %s  cold p50 %s p95 %s s  "+
		"tps %s  ok %d failed %d skipped %d  spent %s",
		Clock(up), r.Name, rates(r.TPM, r.Set),
		r.Warm.P50.seconds(), r.Warm.P95.seconds(), r.Cold.P50.seconds(), r.Cold.P95.seconds(),
		r.TPS.whole(), r.OK, r.Failed, r.Skips, r.Spend.dollars())
}

// link is the address of the pages. Behind systemd's sockets it is empty: we do not know the address.
func link(addresses []string) string {
	if len(addresses) == 0 {
		return ""
	}
	return "http://" + addresses[0]
}

func (s *Screen) up() time.Duration { return time.Since(s.started) }

func (s *Screen) snapshot(h *history.History, addresses []string) snapshot {
	return snapshot{
		Title: s.Title, Notes: s.Notes(s.up()), Up: s.up(),
		Rows: s.rows(h), Link: link(addresses), Warnings: s.warnings.last(),
	}
}

// rows are the targets that have a history, in the order of the options.
func (s *Screen) rows(h *history.History) []row {
	names := h.Targets()
	slices.SortFunc(names, func(a, b string) int { return slices.Index(s.Order, a) - slices.Index(s.Order, b) })
	var all []row
	for _, name := range names {
		if summary, ok := h.Summary(name); ok {
			last, _ := h.Last(name, 200)
			t, _ := h.Target(name)
			r := rowOf(summary, last, t)
			r.InFlight = s.InFlight(name)
			all = append(all, r)
		}
	}
	return all
}
