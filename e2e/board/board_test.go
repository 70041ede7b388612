package board

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestEveryPanelSaysSomething: with incidents in the range no query is empty, and none gives NaN.
func TestEveryPanelSaysSomething(t *testing.T) {
	for _, d := range loaded(t) {
		v := opened(t, d, now(), first, nil)
		for _, p := range d.Every() {
			for _, q := range p.Targets {
				if found := numbers(t, v, d, p, q); len(found) == 0 {
					t.Errorf("%s, %s, %s is empty:\n%s", d.Title, p.Title, q.RefID, v.Fill(q.Expr, time.Minute))
				}
			}
		}
		for _, a := range d.Annotations.List {
			found := numbers(t, v, d, Panel{Title: "annotation " + a.Name}, Query{Expr: a.Target.Expr, Interval: a.Target.Interval})
			// Nothing of these happened in the recorded week.
			if quiet := strings.Contains(a.Name, "ECC") || strings.Contains(a.Name, "remap"); len(found) == 0 != quiet {
				t.Errorf("%s: annotation %s has %d series", d.Title, a.Name, len(found))
			}
		}
	}
}

// numbers runs a query and complains of errors and of what is no number.
func numbers(t *testing.T, v *View, d Dashboard, p Panel, q Query) []Series {
	t.Helper()
	found, err := v.Ask(t.Context(), p, q)
	if err != nil {
		t.Errorf("%s, %s, %s: %v\n%s", d.Title, p.Title, q.RefID, err, v.Fill(q.Expr, time.Minute))
	}
	for _, s := range found {
		if i := slices.IndexFunc(s.Values, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }); i >= 0 {
			t.Errorf("%s, %s: %s is %v at %s", d.Title, p.Title, s.Name, s.Values[i], s.At[i])
		}
	}
	return found
}

// TestOtherTargets: a target without Together's layers and without trouble leaves panels empty, and
// none of them broken.
func TestOtherTargets(t *testing.T) {
	for _, d := range loaded(t) {
		for _, target := range []string{"kimi-trtllm", "kimi-sglang"} {
			v := opened(t, d, now(), target, nil)
			for _, p := range d.Every() {
				for _, q := range p.Targets {
					numbers(t, v, d, p, q)
				}
			}
		}
	}
}

// TestIdle: an hour in which nothing was probed is no data everywhere, and not a number that is none.
func TestIdle(t *testing.T) {
	for _, d := range loaded(t) {
		v := opened(t, d, now().Add(-26*time.Hour-10*time.Minute), first, map[string]string{
			"job": "firsttoken", "target": first, "hostengine": "b200-a", "window": "5m",
		})
		v.Range = time.Hour
		for _, p := range d.Every() {
			for _, q := range p.Targets {
				numbers(t, v, d, p, q)
			}
		}
	}
}

// TestQuietHoursCryNoWolf: no tile, state or table cell is red while nothing happens.
func TestQuietHoursCryNoWolf(t *testing.T) {
	at := now().Add(-7 * time.Hour)
	for _, d := range loaded(t) {
		v := opened(t, d, at, first, nil)
		v.Range = 6 * time.Hour
		if testing.Short() {
			v.Range = time.Hour // the prober was down before, and an alert says so
		}
		for _, p := range d.Every() {
			var all []Series
			for _, q := range p.Targets {
				all = append(all, numbers(t, v, d, p, q)...)
			}
			switch p.Type {
			case "stat", "bargauge":
				for _, s := range all {
					red(t, d, p, p.with(s.Name, s.Ref), s.Name, s.Last())
				}
			case "state-timeline":
				for _, s := range all {
					red(t, d, p, p.with(s.Name, s.Ref), s.Name, slices.Max(s.Values))
				}
			case "table":
				r := Table(p, all)
				for _, row := range r.Cells {
					for i, c := range row {
						if c.Kind == 'n' {
							red(t, d, p, p.with(r.Columns[i], ""), row[0].Text+" "+r.Columns[i], c.Number)
						}
					}
				}
			}
		}
	}
}

func red(t *testing.T, d Dashboard, p Panel, f Field, name string, v float64) {
	t.Helper()
	colour := f.threshold(v)
	if _, c, ok := f.mapped(v); ok {
		colour = c
	}
	if colour == "red" {
		t.Errorf("%s, %s: %s is red at %v, and nothing has happened", d.Title, p.Title, name, v)
	}
}

// TestIncidentsAreSeen: the panels that are there for it show what was done to the engines.
func TestIncidentsAreSeen(t *testing.T) {
	all := map[string]Dashboard{}
	for _, d := range loaded(t) {
		all[d.UID] = d
	}
	highest := func(uid, title, name string) float64 {
		t.Helper()
		v := opened(t, all[uid], now(), first, nil)
		for _, p := range all[uid].Every() {
			if p.Title != title {
				continue
			}
			for _, q := range p.Targets {
				for _, s := range numbers(t, v, all[uid], p, q) {
					if s.Name == name {
						return slices.Max(s.Values)
					}
				}
			}
		}
		t.Errorf("%s, %s: no series %q", uid, title, name)
		return 0
	}
	for _, c := range []struct {
		uid, title, series string
		least              float64
	}{
		{"firsttoken-fleet", "SLO state", "kimi-together · ttft", 1},       // prefill twelve times slower for 40 minutes
		{"firsttoken-fleet", "Errors by target", "kimi-trtllm", 0.1},       // half of all requests refused
		{"firsttoken-fleet", "Alerts", "GPUDegradation kimi-together ", 1}, // a hot GPU behind a slow target
		{"firsttoken-endpoint", "TTFT p95, now and before", "now", 4},      // from under a second
		{"firsttoken-gpu", "Clock spread", "b200-a", 0.3},                  // one GPU of four at 1.25 GHz
		{"firsttoken-gpu", "GPU health", "b200-a 2", 2},                    // and an XID
		{"firsttoken-slo", "Burn over 1h and 5m (page)", "kimi-trtllm availability", 1},
	} {
		if got := highest(c.uid, c.title, c.series); got < c.least {
			t.Errorf("%s, %s: %s is %v at most, want %v", c.uid, c.title, c.series, got, c.least)
		}
	}
}

// TestPublishedExample: with the variables' defaults and caching off on both sides, the difference of
// Together's published example; it says 438,000 to 440,000 dollars, with the price of a request rounded.
// By hand: 1.5e6·60·5·250 tokens of prompts; ·450/88,000 of answers; (5 − 1.2) and (25 − 4.5) dollars.
func TestPublishedExample(t *testing.T) {
	for _, d := range loaded(t) {
		for _, p := range d.Every() {
			if p.Title != "Difference in a year, by what is cached" {
				continue
			}
			v := opened(t, d, now(), first, nil)
			want := map[string]float64{"nothing cached": 439_293, "90 % cached": 84_918}
			for _, q := range p.Targets {
				for _, s := range numbers(t, v, d, p, q) {
					if w, ok := want[s.Name]; ok {
						if math.Abs(s.Last()-w) > 1 {
							t.Errorf("%s: %v, want %v", s.Name, s.Last(), w)
						}
						delete(want, s.Name)
					}
				}
			}
			if len(want) > 0 {
				t.Errorf("not shown: %v", want)
			}
			return
		}
	}
	t.Error("the panel is gone")
}
