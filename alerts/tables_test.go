package alerts

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"
)

// over is the share of bad events above which the pair alerts, given the error budget ε.
func (b Burn) over(budget float64) float64 {
	return min(b.Factor*budget, max(b.Cap, b.Floor+(1-b.Floor)*budget))
}

// TestThresholdsCanBeReached: for any objective a threshold lies above the budget and below all bad,
// so that it can fire and does not fire at the objective itself.
func TestThresholdsCanBeReached(t *testing.T) {
	for _, b := range Burns().All() {
		for _, objective := range []float64{0.5, 0.75, 0.9, 0.93, 0.95, 0.99, 0.999, 0.9999} {
			budget := 1 - objective
			got := b.over(budget)
			if !(got < 1) || got < budget || b.Factor > 1 && got <= budget {
				t.Errorf("%s: objective %v has threshold %v", b.Long, objective, got)
			}
		}
	}
}

func TestThresholdsOfTheFastestPair(t *testing.T) {
	for _, row := range []struct{ budget, want float64 }{
		{budget: 0.001, want: 0.0144}, // the textbook's 14.4 times
		{budget: 0.01, want: 0.144},   // the same
		{budget: 0.05, want: 0.35},    // capped: 0.72 would be the textbook's, and 7 % would be out of reach
		{budget: 0.25, want: 0.40},    // the floor, 0.25 + 0.2·0.75
	} {
		if got := Burns().Over1h.over(row.budget); math.Abs(got-row.want) > 1e-12 {
			t.Errorf("threshold at a budget of %v is %v, want %v", row.budget, got, row.want)
		}
	}
}

// TestTablesListTheirRows: a row that All forgets would have records and no alert.
func TestTablesListTheirRows(t *testing.T) {
	if got, want := len(Burns().All()), reflect.TypeFor[BurnTable]().NumField(); got != want {
		t.Errorf("All lists %d pairs of %d", got, want)
	}
	if got, want := len(Slower().All()), reflect.TypeFor[SlowerTable]().NumField(); got != want {
		t.Errorf("All lists %d comparisons of %d", got, want)
	}
}

// TestRowsAreNamedByTheirWindows: a rule that says Over6h reads 6h.
func TestRowsAreNamedByTheirWindows(t *testing.T) {
	burns := reflect.ValueOf(Burns())
	for i := range burns.NumField() {
		name := burns.Type().Field(i).Name
		if long := Burns().All()[i].Long; name != "Over"+string(long) {
			t.Errorf("row %d of the pairs is called %s, its long window is %s", i, name, long)
		}
	}
}

// TestWindowsOfComparisons: an alert reads windows that its comparison records.
func TestWindowsOfComparisons(t *testing.T) {
	ttft := Slower().TTFT
	for _, row := range append(Doubled(), Revised()...) {
		if !slices.ContainsFunc(ttft.Rows, func(r WindowLimits) bool { return r.Window == row.Window }) {
			t.Errorf("no comparison records %s", row.Window)
		}
	}
	for _, r := range Slower().All() {
		for i, row := range r.Rows {
			d, ok := row.Window.Duration()
			if !ok || row.Ratio <= 1 || row.Z < 2 || row.Least < 1 {
				t.Errorf("%s: %+v is no limit", r.name, row)
			}
			if i > 0 {
				if before, _ := r.Rows[i-1].Window.Duration(); before >= d {
					t.Errorf("%s: %s stands after a longer window", r.name, row.Window)
				}
			}
		}
	}
}

func TestWindowDuration(t *testing.T) {
	for _, row := range []struct {
		w    Window
		want time.Duration
		ok   bool
	}{
		{w: "5m", want: 5 * time.Minute, ok: true},
		{w: "30d", want: 720 * time.Hour, ok: true},
		{w: "164h", want: 164 * time.Hour, ok: true},
		{w: "", ok: false},
		{w: "m", ok: false},     // no number
		{w: "5", ok: false},     // no unit
		{w: "1h30m", ok: false}, // two units
	} {
		if got, ok := row.w.Duration(); ok != row.ok || ok && got != row.want {
			t.Errorf("%q is %v, %t", row.w, got, ok)
		}
	}
}

// TestFill: a name that begins another one does not take its place.
func TestFill(t *testing.T) {
	if got := fill("\n$b + $base + $bas ", values{"b": "1", "base": "2", "bas": "3"}); got != "1 + 2 + 3" {
		t.Errorf("got %q", got)
	}
}
