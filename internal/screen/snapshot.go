package screen

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// snapshot holds everything that the screen shows at one moment. Drawing reads nothing else, so a test
// can draw any state.
type snapshot struct {
	Title    string
	Up       time.Duration
	Over     bool     // the run has ended: this is the last snapshot
	Notes    []string // caveats, above the table
	Rows     []row
	Link     string   // address of the pages
	Warnings []string // the last lines of the log
}

// minWidth is the number of columns that the table needs.
const minWidth = 80

// lines draws the snapshot for a terminal of the given width.
func (v snapshot) lines(width int, s style) []string {
	width = max(width, minWidth)
	out := []string{v.heading(s)}
	for _, n := range v.Notes {
		out = append(out, s.notice(n))
	}
	if len(v.Notes) < 2 { // a second note takes the empty line: all has to fit into 24
		out = append(out, "")
	}
	out = append(out, v.table(s)...)
	out = append(out, "")
	out = append(out, v.strips(width, s)...)
	out = append(out, "")
	out = append(out, v.objectives(s)...)
	if v.Link != "" {
		out = append(out, v.Link+s.dim(" · /metrics · /targets · /config"))
	}
	for _, w := range v.Warnings {
		out = append(out, s.notice(cut(w, width)))
	}
	return out
}

func (v snapshot) heading(s style) string {
	state := "up " + Clock(v.Up) + " · Ctrl-C stops"
	if v.Over {
		state = "ran " + Clock(v.Up)
	}
	gap := max(2, minWidth-utf8.RuneCountInString(v.Title)-utf8.RuneCountInString(state))
	return s.bold(v.Title) + strings.Repeat(" ", gap) + s.dim(state)
}

// table draws the numbers in 80 columns. Latencies are in seconds.
func (v snapshot) table(s style) []string {
	const layout = "%-12s%11s  %5s %5s  %5s %5s  %4s  %5s %4s %4s %7s"
	out := []string{
		s.dim(fmt.Sprintf("%-12s%11s  %11s  %11s  %4s", "", "TPM", "TTFT warm", "TTFT cold", "TPS")),
		s.dim(fmt.Sprintf(layout, "TARGET", "now/set", "p50", "p95", "p50", "p95", "p50", "OK", "ERR", "SKIP", "SPENT")),
	}
	for _, r := range v.Rows {
		line := fmt.Sprintf(layout, cut(r.Name, 12), rates(r.TPM, r.Set),
			r.Warm.P50.seconds(), r.Warm.P95.seconds(), r.Cold.P50.seconds(), r.Cold.P95.seconds(), r.TPS.whole(),
			Thousands(float64(r.OK)), Thousands(float64(r.Failed)), Thousands(float64(r.Skips)), r.Spend.dollars())
		below := fmt.Sprintf("  %d in flight", r.InFlight)
		if r.Why != "" {
			below += " · " + r.Why
		}
		if r.Failed > 0 {
			line, below = s.notice(line), s.notice(below)
		} else {
			below = s.dim(below)
		}
		out = append(out, line, below)
	}
	return out
}

// objectives draws a line for each target: the share of good events beside the objective.
func (v snapshot) objectives(s style) []string {
	var out []string
	for _, r := range v.Rows {
		var parts []string
		for _, a := range r.SLOs {
			parts = append(parts, a.text(s))
		}
		if len(parts) > 0 {
			out = append(out, fmt.Sprintf("%-13s", cut(r.Name, 12))+strings.Join(parts, "  "))
		}
	}
	if len(out) > 0 {
		out = append([]string{s.dim("OBJECTIVES: share of good events since the start / share that is asked for")},
			append(out, "")...)
	}
	return out
}

// text is "ttft 97.5/95%": the share that was reached, then the objective.
func (a attainment) text(s style) string {
	asked := percent(a.Objective)
	if !a.Good.OK {
		return s.dim(fmt.Sprintf("%s –/%s", a.Name, asked))
	}
	text := fmt.Sprintf("%s %s/%s", a.Name, strings.TrimSuffix(percent(a.Good.Value), "%"), asked)
	if a.Good.Value < a.Objective {
		return s.bad(text)
	}
	return s.good(text)
}
