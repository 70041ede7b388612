package main

import (
	"fmt"
	"math"
	"slices"
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

// answer is one result as a mark: how long its first token took, and what kind it was.
type answer struct {
	TTFT   measured // seconds
	Kind   kind
	Failed bool
}

type kind uint8

const (
	warm kind = iota
	cold
	bootstrap
)

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

// strips shows the last answers of each target as a row of bars.
func (v screen) strips(width int, s style) []string {
	legend := fmt.Sprintf("LAST ANSWERS by time to first token, %s %.1f s … %s %.0f s: ", bars()[0], floor, bars()[len(bars())-1], ceiling)
	out := []string{s.dim(legend) + s.good("warm") + " " + s.colder("cold") + " " + s.dim("start") + " " + s.bad("✗ failed")}
	for _, r := range v.Rows {
		room := min(len(r.Last), width-14)
		var b strings.Builder
		for _, a := range r.Last[len(r.Last)-room:] {
			b.WriteString(a.mark(s))
		}
		if room == 0 {
			b.WriteString(s.dim("waiting for the first answer"))
		}
		out = append(out, fmt.Sprintf("%-13s", cut(r.Name, 12))+b.String())
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

// The scale of a mark is logarithmic, from floor to ceiling seconds.
const (
	floor   = 0.1
	ceiling = 30.0
)

func bars() []string { return []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"} }

func (a answer) mark(s style) string {
	switch {
	case a.Failed || !a.TTFT.OK:
		return s.bad("✗")
	case a.Kind == bootstrap:
		return s.dim(level(a.TTFT.Value))
	case a.Kind == cold:
		return s.colder(level(a.TTFT.Value))
	default:
		return s.good(level(a.TTFT.Value))
	}
}

func level(seconds float64) string {
	steps := bars()
	share := math.Log(seconds/floor) / math.Log(ceiling/floor)
	i := int(share * float64(len(steps)))
	return steps[min(max(i, 0), len(steps)-1)]
}

// rates is "2.48/2.50M": both in the unit of the set-point.
func rates(now, set float64) string {
	digits, unit := 0, ""
	div := 1.0
	switch {
	case set >= 1e6:
		div, unit, digits = 1e6, "M", 2
	case set >= 1e3:
		div, unit = 1e3, "k"
	}
	return fmt.Sprintf("%.*f/%.*f%s", digits, now/div, digits, set/div, unit)
}

func (m measured) seconds() string {
	switch {
	case !m.OK:
		return "–"
	case m.Value >= 99.5:
		return fmt.Sprintf("%.0f", m.Value)
	case m.Value >= 9.995:
		return fmt.Sprintf("%.1f", m.Value)
	default:
		return fmt.Sprintf("%.2f", m.Value)
	}
}

func (m measured) whole() string {
	if !m.OK {
		return "–"
	}
	return fmt.Sprintf("%.0f", m.Value)
}

func (m measured) dollars() string {
	if !m.OK {
		return "–"
	}
	if m.Value < 99.995 {
		return fmt.Sprintf("$%.2f", m.Value)
	}
	return dollars(m.Value)
}

func percent(share float64) string {
	text := fmt.Sprintf("%.1f", math.Floor(share*1000+1e-9)/10) // 99.96 % is not 100 %
	return strings.TrimSuffix(text, ".0") + "%"
}

// clock is a time that runs: 12s, 2m05s, 1h02m.
func clock(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
}

// cut shortens a text to so many characters, without control characters.
func cut(text string, width int) string {
	clean := slices.DeleteFunc([]rune(text), func(r rune) bool { return r < ' ' || r == 0x7f })
	if len(clean) <= width {
		return string(clean)
	}
	return string(clean[:width-1]) + "…"
}
