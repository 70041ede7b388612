package main

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// screen is all that the demo shows at one moment. It is drawn from nothing else.
type screen struct {
	Title    string
	Up       time.Duration
	Over     bool     // it ran, and this is how it ended
	Notes    []string // what the numbers are not
	Rows     []row
	Link     string   // address of the pages
	Warnings []string // the last lines of the log
}

// row is one target.
type row struct {
	Name              string
	TPM, Set          float64 // offered in the last minute; the set-point that back-off leaves
	Warm, Cold        percentiles
	TPS               measured
	OK, Failed, Skips int64
	Why               string // outcomes that failed and slots that were skipped, in words
	Spend             measured
	InFlight          int64
	SLOs              []attainment
	Last              []answer // the newest last
}

// measured is a value, or that there is none yet.
type measured struct {
	Value float64
	OK    bool
}

type percentiles struct{ P50, P95 measured }

// attainment is the share of good events of an objective; without events it is not OK.
type attainment struct {
	Name      string
	Objective float64
	Good      measured
}

// minWidth is what the table needs.
const minWidth = 80

// style writes colours, or nothing where there is no terminal or NO_COLOR is set.
type style struct{ colour bool }

func (s style) paint(code, text string) string {
	if !s.colour || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s style) bold(t string) string   { return s.paint("1", t) }
func (s style) dim(t string) string    { return s.paint("2", t) }
func (s style) good(t string) string   { return s.paint("32", t) }
func (s style) bad(t string) string    { return s.paint("31", t) }
func (s style) notice(t string) string { return s.paint("33", t) }
func (s style) colder(t string) string { return s.paint("36", t) }

// lines draws the screen for a terminal of that width.
func (v screen) lines(width int, s style) []string {
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

func (v screen) heading(s style) string {
	state := "up " + clock(v.Up) + " · Ctrl-C stops"
	if v.Over {
		state = "ran " + clock(v.Up)
	}
	gap := max(2, minWidth-utf8.RuneCountInString(v.Title)-utf8.RuneCountInString(state))
	return s.bold(v.Title) + strings.Repeat(" ", gap) + s.dim(state)
}

// table is the numbers, in 80 columns. Latencies are in seconds.
func (v screen) table(s style) []string {
	const layout = "%-12s%11s  %5s %5s  %5s %5s  %4s  %5s %4s %4s %7s"
	out := []string{
		s.dim(fmt.Sprintf("%-12s%11s  %11s  %11s  %4s", "", "TPM", "TTFT warm", "TTFT cold", "TPS")),
		s.dim(fmt.Sprintf(layout, "TARGET", "now/set", "p50", "p95", "p50", "p95", "p50", "OK", "ERR", "SKIP", "SPENT")),
	}
	for _, r := range v.Rows {
		line := fmt.Sprintf(layout, cut(r.Name, 12), rates(r.TPM, r.Set),
			r.Warm.P50.seconds(), r.Warm.P95.seconds(), r.Cold.P50.seconds(), r.Cold.P95.seconds(), r.TPS.whole(),
			thousands(float64(r.OK)), thousands(float64(r.Failed)), thousands(float64(r.Skips)), r.Spend.dollars())
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

// objectives is a line for each target: the share of good events beside what is asked for.
func (v screen) objectives(s style) []string {
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
		out = append([]string{s.dim("OBJECTIVES: share of good events since the start / share that is asked for")}, append(out, "")...)
	}
	return out
}

// text is "ttft 97.5/95%": what is met, and what is asked for.
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
