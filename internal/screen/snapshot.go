package screen

import (
	"fmt"
	"slices"
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
	Keys     bool     // keys are read
	Notes    []string // caveats, above the table
	Incident *watch   // the one that is shown
	Coming   string   // of the next incident, where none is shown
	Now      time.Time
	Rows     []row
	Link     string   // address of the pages
	Warnings []string // the last lines of the log
}

// minWidth is the number of columns that the table needs, and minHeight the number of lines that hold everything.
const (
	minWidth  = 80
	minHeight = 24
)

// lines draws the snapshot for a terminal of that many columns and lines. Where lines are short, the empty ones between
// the blocks go, the lowest first; the log has what is left.
func (v snapshot) lines(width, height int, s style) []string {
	width = max(width, minWidth)
	blocks := [][]string{v.head(width, s), v.table(width, s), v.strips(width, s), v.objectives(s), v.foot(width, s)}
	blocks = slices.DeleteFunc(blocks, func(b []string) bool { return len(b) == 0 })
	content := 0
	for _, b := range blocks {
		content += len(b)
	}
	log := min(len(v.Warnings), max(0, height-content))
	gaps := height - content - log
	var out []string
	for i, b := range blocks {
		if i > 0 && gaps > 0 {
			out, gaps = append(out, ""), gaps-1
		}
		out = append(out, b...)
	}
	for _, w := range v.Warnings[len(v.Warnings)-log:] {
		out = append(out, s.notice(cut(w, width)))
	}
	return out
}

// head is the title with the caveats and the incident.
func (v snapshot) head(width int, s style) []string {
	out := []string{v.heading(s)}
	for _, n := range v.Notes {
		out = append(out, s.notice(n))
	}
	if v.Incident != nil {
		return append(out, v.Incident.lines(v.Now, width, s)...)
	}
	return out
}

func (v snapshot) heading(s style) string {
	state := "up " + Clock(v.Up) + " · Ctrl-C stops"
	switch {
	case v.Over:
		state = "ran " + Clock(v.Up)
	case v.Keys:
		state = "up " + Clock(v.Up) + " · i incident · ? help · q quit"
	}
	gap := max(2, minWidth-utf8.RuneCountInString(v.Title)-utf8.RuneCountInString(state))
	return s.bold(v.Title) + strings.Repeat(" ", gap) + s.dim(state)
}

// foot says where the pages are, and when an incident comes.
func (v snapshot) foot(width int, s style) []string {
	var parts []string
	if v.Link != "" {
		parts = append(parts, v.Link+" and its /metrics")
	}
	if v.Coming != "" && v.Incident == nil && !v.Over {
		parts = append(parts, v.Coming)
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{s.dim(fit(parts, width))}
}

// table draws the numbers in 80 columns. Latencies are in seconds.
func (v snapshot) table(width int, s style) []string {
	const layout = "%-12s%11s  %5s %5s  %5s %5s  %4s  %5s %4s %4s %7s"
	out := []string{
		s.dim(fmt.Sprintf("%-12s%11s  %11s  %11s  %4s", "", "TPM", "TTFT warm", "TTFT cold", "TPS")),
		s.dim(fmt.Sprintf(layout, "TARGET", "now/set", "p50", "p95", "p50", "p95", "p50", "OK", "ERR", "SKIP", "SPENT")),
	}
	for _, r := range v.Rows {
		line := fmt.Sprintf(layout, cut(r.Name, 12), rates(r.TPM, r.Set),
			r.Warm.P50.seconds(), r.Warm.P95.seconds(), r.Cold.P50.seconds(), r.Cold.P95.seconds(), r.TPS.whole(),
			count(r.OK, 5), count(r.Failed, 4), count(r.Skips, 4), r.Spend.dollars())
		below := "  " + fit(append([]string{fmt.Sprintf("%d in flight", r.InFlight)}, r.Why...), width-2)
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
		out = append([]string{s.dim("OBJECTIVES: share of good events since the start / share that is asked for")}, out...)
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
