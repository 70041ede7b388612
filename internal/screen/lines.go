package screen

import (
	"context"
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
)

// When lines are printed where there is no terminal: after firstLine, and then every nextLines.
const (
	firstLine = 5 * time.Second
	nextLines = 10 * time.Second
	look      = time.Second // how often to look whether something is to be printed
)

// printLines prints a heading, then a line for each target from time to time, and what happens in between.
func (s *Screen) printLines(ctx context.Context, h *history.History, addresses []string) {
	fmt.Fprintln(s.Out, s.Title)
	for _, n := range s.Notes {
		fmt.Fprintln(s.Out, n)
	}
	if at := link(addresses); at != "" {
		fmt.Fprintf(s.Out, "The page is %s/ and the series are %s/metrics\n", at, at)
	}
	tick := time.NewTicker(look)
	defer tick.Stop()
	due := s.started.Add(firstLine)
	for {
		select {
		case <-ctx.Done():
			s.printRows(h)
			return
		case now := <-tick.C:
			s.printIncident(h, now)
			if !now.Before(due) {
				s.printRows(h)
				due = due.Add(nextLines)
			}
		}
	}
}

// printIncident prints an incident when it begins, when it ends, and when its effect is known.
func (s *Screen) printIncident(h *history.History, now time.Time) {
	known := len(s.watched)
	s.follow(h)
	if len(s.watched) == 0 {
		return
	}
	w := s.watched[len(s.watched)-1]
	ended, over := now.Sub(w.Until), now.Sub(w.Until.Add(settled))
	if len(s.watched) > known || ended >= 0 && ended < look || over >= 0 && over < look {
		for _, line := range w.lines(now, 200, style{}) {
			fmt.Fprintf(s.Out, "%-7s %s\n", Clock(s.up()), line)
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

// summary tells of every incident what it did, and what to do next.
func (s *Screen) summary() []string {
	var out []string
	for _, w := range s.watched {
		out = append(out,
			fmt.Sprintf("After %s, for %s: %s: %s", Clock(w.From.Sub(s.started)), Clock(w.Until.Sub(w.From)), w.Target, w.What),
			"  "+w.effect(minWidth-2), "  "+w.burning(minWidth-2))
	}
	return append(out, "Your own endpoint: firsttoken init URL writes firsttoken.yml; then firsttoken check")
}
