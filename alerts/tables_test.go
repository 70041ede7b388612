package alerts

import (
	"math"
	"reflect"
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
	if got, want := len(Regressions().All()), reflect.TypeFor[RegressionTable]().NumField(); got != want {
		t.Errorf("All lists %d windows of %d", got, want)
	}
}

// TestRowsAreNamedByTheirWindows: a rule that says Over6h reads 6h.
func TestRowsAreNamedByTheirWindows(t *testing.T) {
	burns, regressions := reflect.ValueOf(Burns()), reflect.ValueOf(Regressions())
	for i := range burns.NumField() {
		name := burns.Type().Field(i).Name
		if long := Burns().All()[i].Long; name != "Over"+string(long) {
			t.Errorf("row %d of the pairs is called %s, its long window is %s", i, name, long)
		}
	}
	for i := range regressions.NumField() {
		name := regressions.Type().Field(i).Name
		if w := Regressions().All()[i].Window; name != "Over"+string(w) {
			t.Errorf("row %d of the regressions is called %s, its window is %s", i, name, w)
		}
	}
}

func TestDesignEffect(t *testing.T) {
	for _, row := range []struct {
		ttfts, want float64
		window      Window
	}{
		{ttfts: 10, window: "30m", want: 2},   // 0.33 a minute: the least
		{ttfts: 60, window: "30m", want: 4},   // 2 a minute, in a memory of 2 minutes
		{ttfts: 600, window: "30m", want: 40}, // 20 a minute
		{ttfts: 600, window: "30", want: 2},   // no window
	} {
		if got := DesignEffect(row.ttfts, row.window); math.Abs(got-row.want) > 1e-12 {
			t.Errorf("design effect of %v in %s is %v, want %v", row.ttfts, row.window, got, row.want)
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
