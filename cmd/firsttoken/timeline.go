package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/firsttoken/firsttoken/internal/screen"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// part is one bar of the timeline.
type part struct {
	name     string
	from, to time.Time
}

// parts are the parts of an exchange in their order; a part that did not happen is left out. Of the
// parts of a new connection only the lengths are known, and they follow one another:
//
//	Started ─ dns ─ tcp ─ tls ─ Connected ─ upload ─ Uploaded ─ wait ─ FirstToken ─ … ─ LastToken ─ End
func parts(r prober.Result) []part {
	var all []part
	add := func(name string, from, to time.Time) {
		if !from.IsZero() && !to.IsZero() && to.After(from) {
			all = append(all, part{name, from, to})
		}
	}
	at := r.Started
	for _, p := range []struct {
		name string
		took time.Duration
	}{{"name lookup", r.Phases.DNS}, {"TCP", r.Phases.TCP}, {"TLS", r.Phases.TLS}} {
		add(p.name, at, at.Add(p.took))
		at = at.Add(p.took)
	}
	add("upload", r.Connected, r.Uploaded())
	waited := latest(r.Uploaded(), r.Connected)
	if !r.FirstToken.Equal(r.Headers) { // received together, the whole wait is for the token
		add("to headers", waited, r.Headers)
		waited = latest(r.Headers, waited)
	}
	add("to first token", waited, r.FirstToken)
	add("reasoning", r.FirstToken, r.FirstOutput)
	add("output", latest(r.FirstOutput, r.FirstToken), r.LastToken)
	add(last(r), latest(r.LastToken, r.Headers, waited, r.Started), r.End)
	return all
}

// last names the span after the last token, or after whatever happened last.
func last(r prober.Result) string {
	if r.Outcome == chat.OK {
		return "to the end"
	}
	return "until " + string(r.Outcome)
}

func latest(times ...time.Time) time.Time {
	var l time.Time
	for _, t := range times {
		if t.After(l) {
			l = t
		}
	}
	return l
}

// barWidth is the width of the whole exchange.
const barWidth = 44

// printTimeline prints an exchange for people: its spans as bars, then one line for each fact.
func printTimeline(w io.Writer, t prober.Target, r prober.Result) {
	fmt.Fprintf(w, "%s  %s  %s\n", t.Name, t.API, t.Model)
	fmt.Fprintf(w, "%s  %s turn, ~%s tokens in, %s out at most\n\n", r.Started.Format("2006-01-02 15:04:05.000 MST"),
		r.Turn.Phase, screen.Thousands(float64(r.Turn.Tokens)), screen.Thousands(float64(r.Turn.MaxTokens)))
	printSpans(w, r)
	fmt.Fprintln(w)
	for _, line := range [][2]string{
		{"outcome", outcomeLine(r)},
		{"cause", r.Cause.Meaning()},
		{"error", errorLine(r)},
		{"remedy", r.Remedy()},
		{"beware", bewareLine(t, r)},
		{"latency", latencyLine(r)},
		{"tokens", tokensLine(r)},
		{"recall", recallLine(r)},
		{"cost", costLine(t, r)},
		{"answered by", serverLine(r)},
		{"request", r.ID},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "%-16s%s\n", line[0], line[1])
		}
	}
}

func printSpans(w io.Writer, r prober.Result) {
	total := r.End.Sub(r.Started)
	if total <= 0 {
		return
	}
	for _, s := range parts(r) {
		from, to := s.from.Sub(r.Started), s.to.Sub(r.Started)
		fmt.Fprintf(w, "%-15s %9s %9s  %s\n", s.name, "+"+short(from), short(to-from), bar(from, to, total))
	}
	fmt.Fprintf(w, "%-15s %9s %9s\n", "end", "+"+short(total), "")
}

// bar draws the part of the whole between two instants. It is never empty.
func bar(from, to, total time.Duration) string {
	a := int(float64(barWidth) * float64(from) / float64(total))
	b := int(float64(barWidth)*float64(to)/float64(total) + 0.5)
	a = min(a, barWidth-1)
	return strings.Repeat("·", a) + strings.Repeat("█", max(1, b-a))
}

// short is a duration in three digits, and never finer than a microsecond.
func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d µs", d.Microseconds())
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", d.Seconds()*1e3)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	case d < 10*time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	default:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
}
