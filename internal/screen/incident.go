package screen

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// Incident is something that was done to a target.
type Incident struct {
	Target      string
	What        string // in words
	From, Until time.Time
}

// settled is how long after an incident its requests have ended, and its effect is known.
const settled = 45 * time.Second

// watch follows an incident. What was before it is kept from its first moment, as the history forgets.
//
//	 before          during            after
//	────────── From ────────── Until ──────────►   requests, by when they were sent
type watch struct {
	Incident
	before, during, after sample
	base                  map[slo.Name]history.Attainment
	burns                 []burn
}

// sample sums up the requests of a time.
type sample struct {
	TTFT, TPS, Cached measured // medians; share of the expected cached tokens
	Failed            int
}

// burn is how far the events of an incident were bad for an objective.
type burn struct {
	Name        slo.Name
	Bad, Events int
	Rate        float64 // times the bad events that the objective allows
}

// newWatch begins to follow an incident at its beginning.
func newWatch(i Incident, h *history.History) *watch {
	w := &watch{Incident: i}
	s, _ := h.Summary(i.Target)
	w.base = s.SLOs
	w.before = sampleOf(h, i.Target, time.Time{}, i.From)
	return w
}

// update looks at the history again.
func (w *watch) update(h *history.History, now time.Time) {
	w.after = sampleOf(h, w.Target, w.Until, now)
	if now.Sub(w.Until) > settled {
		return
	}
	w.during = sampleOf(h, w.Target, w.From, w.Until)
	s, _ := h.Summary(w.Target)
	w.burns = burnsOf(w.base, s.SLOs)
}

// burnsOf are the objectives of which more events were bad than they allow, the fastest first.
func burnsOf(before, now map[slo.Name]history.Attainment) []burn {
	var all []burn
	for _, name := range slo.Names() {
		a, b := before[name], now[name]
		u := burn{Name: name, Bad: b.Bad - a.Bad, Events: b.Events - a.Events}
		if u.Events == 0 {
			continue
		}
		u.Rate = float64(u.Bad) / float64(u.Events) / (1 - b.Objective)
		if u.Rate > 1 {
			all = append(all, u)
		}
	}
	slices.SortStableFunc(all, func(a, b burn) int { return cmp.Compare(b.Rate, a.Rate) })
	return all
}

// sampleOf sums up the requests of the steady load that were sent in [from, until).
func sampleOf(h *history.History, target string, from, until time.Time) sample {
	var s sample
	var ttft, tps []float64
	var cached, expected int64
	last, _ := h.Last(target, shownResults)
	for _, r := range last {
		if r.Started == nil || r.Started.Before(from) || !r.Started.Before(until) || aside(r) {
			continue
		}
		if r.Outcome != string(chat.OK) {
			s.Failed++
			continue
		}
		if r.TTFT != nil {
			ttft = append(ttft, time.Duration(*r.TTFT).Seconds())
		}
		if r.TPS != nil {
			tps = append(tps, *r.TPS)
		}
		if r.Tokens != nil && r.Tokens.Cached != nil {
			cached, expected = cached+*r.Tokens.Cached, expected+r.ExpectedCached
		}
	}
	s.TTFT, s.TPS = median(ttft), median(tps)
	s.Cached = measured{float64(cached) / float64(max(1, expected)), expected > 0}
	return s
}

// aside reports whether a result is outside the steady load.
func aside(r results.Record) bool {
	return r.Phase == string(workload.Bootstrap) || r.Phase == string(workload.Recovery)
}

func median(values []float64) measured {
	if len(values) == 0 {
		return measured{}
	}
	slices.Sort(values)
	return measured{values[(len(values)-1)/2], true}
}

// lines draws the incident in three lines: what was done, what it does to the target, and which objectives burn.
func (w *watch) lines(now time.Time, width int, s style) []string {
	length := w.Until.Sub(w.From)
	when := fmt.Sprintf("%s of %s", Clock(now.Sub(w.From)), Clock(length))
	paint := s.bad
	if !now.Before(w.Until) {
		when, paint = "over for "+Clock(now.Sub(w.Until)), s.notice
	}
	return []string{
		paint(cut(fmt.Sprintf("INCIDENT %s · %s: %s", when, w.Target, w.What), width)),
		paint("  " + w.effect(width-2)),
		paint("  " + w.burning(width-2)),
	}
}

// effect is "p50 TTFT 0.71 → 7.90 s · TPS 136 → 21 · cached 99% → 0%", and after the incident each with a third value.
func (w *watch) effect(width int) string {
	show := func(of func(sample) string) string {
		text := of(w.before) + " → " + of(w.during)
		if w.after.TTFT.OK {
			text += " → " + of(w.after)
		}
		return text
	}
	parts := []string{
		"p50 TTFT " + show(func(x sample) string { return x.TTFT.seconds() }) + " s",
		"TPS " + show(func(x sample) string { return x.TPS.whole() }),
	}
	if w.during.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", w.during.Failed))
	}
	if w.before.Cached.Value-w.during.Cached.Value > 0.05 && w.during.Cached.OK {
		parts = append(parts, "cached "+show(func(x sample) string { return x.Cached.share() }))
	}
	return fit(parts, width)
}

// burning is "error budget burns: ttft 12x (9 of 15 bad) · tps 4x (3 of 14 bad)".
func (w *watch) burning(width int) string {
	if len(w.burns) == 0 {
		return "no objective burns faster than it may"
	}
	var parts []string
	for _, b := range w.burns {
		parts = append(parts, fmt.Sprintf("%s %sx (%d of %d bad)", b.Name, times(b.Rate), b.Bad, b.Events))
	}
	const head = "error budget burns: "
	return head + fit(parts, width-len(head))
}

// times is a factor in two digits or more: 1.3, 9, 35.
func times(rate float64) string {
	if rate < 9.95 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", rate), ".0")
	}
	return fmt.Sprintf("%.0f", rate)
}
