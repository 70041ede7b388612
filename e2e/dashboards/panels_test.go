package dashboards

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/e2e/grafana"
)

// TestPanelsAreNotEmpty: with incidents in the range no query is empty, and none gives NaN.
func TestPanelsAreNotEmpty(t *testing.T) {
	for _, d := range shipped(t) {
		v := open(t, d, now(), first, nil)
		for _, p := range d.Every() {
			for _, q := range p.Targets {
				if found := ask(t, v, d, p, q); len(found) == 0 {
					t.Errorf("%s, %s, %s is empty:\n%s", d.Title, p.Title, q.RefID, v.Fill(q.Expr, time.Minute))
				}
			}
		}
		for _, a := range d.Annotations.List {
			query := grafana.Query{Expr: a.Target.Expr, Interval: a.Target.Interval}
			found := ask(t, v, d, grafana.Panel{Title: "annotation " + a.Name}, query)
			// The recorded week has neither of these.
			absent := strings.Contains(a.Name, "ECC") || strings.Contains(a.Name, "remap")
			if len(found) == 0 != absent {
				t.Errorf("%s: annotation %s has %d series", d.Title, a.Name, len(found))
			}
		}
	}
}

// ask runs a query. Errors and values that are not finite numbers fail the test.
func ask(t *testing.T, v *grafana.View, d grafana.Dashboard, p grafana.Panel, q grafana.Query) []grafana.Series {
	t.Helper()
	found, err := v.Ask(t.Context(), p, q)
	if err != nil {
		t.Errorf("%s, %s, %s: %v\n%s", d.Title, p.Title, q.RefID, err, v.Fill(q.Expr, time.Minute))
	}
	notFinite := func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }
	for _, s := range found {
		if i := slices.IndexFunc(s.Values, notFinite); i >= 0 {
			t.Errorf("%s, %s: %s is %v at %s", d.Title, p.Title, s.Name, s.Values[i], s.At[i])
		}
	}
	return found
}

// askAll runs every query of a dashboard.
func askAll(t *testing.T, v *grafana.View, d grafana.Dashboard) {
	t.Helper()
	for _, p := range d.Every() {
		for _, q := range p.Targets {
			ask(t, v, d, p, q)
		}
	}
}

// TestOtherTargets: a target without Together's layers and without incidents leaves panels empty, and none of them
// broken.
func TestOtherTargets(t *testing.T) {
	for _, d := range shipped(t) {
		for _, target := range []string{"kimi-trtllm", "kimi-sglang"} {
			askAll(t, open(t, d, now(), target, nil), d)
		}
	}
}

// TestIdle: an hour without probes shows no data, and never NaN or infinity.
func TestIdle(t *testing.T) {
	for _, d := range shipped(t) {
		v := open(t, d, now().Add(-26*time.Hour-10*time.Minute), first, map[string]string{
			"job": "firsttoken", "target": first, "hostengine": "b200-a", "window": "5m",
		})
		v.Range = time.Hour
		askAll(t, v, d)
	}
}

// TestQuietHoursAreNotRed: no tile, state or table cell is red while nothing happens.
func TestQuietHoursAreNotRed(t *testing.T) {
	for _, d := range shipped(t) {
		v := open(t, d, now().Add(-7*time.Hour), first, nil)
		v.Range = 6 * time.Hour
		if testing.Short() {
			v.Range = time.Hour // the prober was down before, and an alert says so
		}
		for _, p := range d.Every() {
			var found []grafana.Series
			for _, q := range p.Targets {
				found = append(found, ask(t, v, d, p, q)...)
			}
			for _, s := range judged(p, found) {
				if s.field.Colour(s.value) == "red" {
					t.Errorf("%s, %s: %s is red at %v, and nothing has happened", d.Title, p.Title, s.name, s.value)
				}
			}
		}
	}
}

// shownValue is a value that a panel shows in a colour.
type shownValue struct {
	name  string
	value float64
	field grafana.Field
}

// judged are the values of a panel that are coloured by thresholds or mappings.
func judged(p grafana.Panel, found []grafana.Series) (all []shownValue) {
	switch p.Type {
	case "stat", "bargauge":
		for _, s := range found {
			all = append(all, shownValue{s.Name, s.Last(), p.Field(s.Name, s.Ref)})
		}
	case "state-timeline":
		for _, s := range found {
			all = append(all, shownValue{s.Name, slices.Max(s.Values), p.Field(s.Name, s.Ref)})
		}
	case "table":
		rows := grafana.Table(p, found)
		for _, row := range rows.Cells {
			for i, c := range row {
				if column := rows.Columns[i]; c.Kind == grafana.Number {
					all = append(all, shownValue{row[0].Text + " " + column, c.Number, p.Field(column, "")})
				}
			}
		}
	}
	return all
}

// TestIncidentsAreSeen: panels show the incidents that they are there for.
func TestIncidentsAreSeen(t *testing.T) {
	byUID := map[string]grafana.Dashboard{}
	for _, d := range shipped(t) {
		byUID[d.UID] = d
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
		d := byUID[c.uid]
		s, ok := seriesOf(t, open(t, d, now(), first, nil), d, c.title, c.series)
		if !ok {
			t.Errorf("%s, %s: no series %q", c.uid, c.title, c.series)
		} else if got := slices.Max(s.Values); got < c.least {
			t.Errorf("%s, %s: %s is %v at most, want %v", c.uid, c.title, c.series, got, c.least)
		}
	}
}

// seriesOf finds a series by the title of its panel and its own name.
func seriesOf(t *testing.T, v *grafana.View, d grafana.Dashboard, title, name string) (grafana.Series, bool) {
	t.Helper()
	for _, p := range d.Every() {
		if p.Title != title {
			continue
		}
		for _, q := range p.Targets {
			for _, s := range ask(t, v, d, p, q) {
				if s.Name == name {
					return s, true
				}
			}
		}
	}
	return grafana.Series{}, false
}

// TestPublishedExample: with the variables' defaults and caching off on both sides, the panel shows the difference of
// Together's published example. That says 438,000 to 440,000 dollars, with the price of a request rounded.
// By hand: 1.5e6·60·5·250 tokens of prompts; ·450/88,000 of answers; (5 − 1.2) and (25 − 4.5) dollars.
func TestPublishedExample(t *testing.T) {
	for _, d := range shipped(t) {
		if d.UID != "firsttoken-capacity" {
			continue
		}
		v := open(t, d, now(), first, nil)
		for name, want := range map[string]float64{"nothing cached": 439_293, "90 % cached": 84_918} {
			s, ok := seriesOf(t, v, d, "Difference in a year, by what is cached", name)
			if !ok {
				t.Errorf("%s is not shown", name)
			} else if math.Abs(s.Last()-want) > 1 {
				t.Errorf("%s: %v, want %v", name, s.Last(), want)
			}
		}
		return
	}
	t.Error("there is no capacity dashboard")
}
