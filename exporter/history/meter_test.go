package history

import (
	"math"
	"testing"
	"time"
)

func TestMeter(t *testing.T) {
	zero := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(s float64) time.Time { return zero.Add(time.Duration(s * float64(time.Second))) }
	for _, row := range []struct {
		name  string
		since float64
		adds  []float64 // 100 tokens at each of these seconds
		now   float64
		want  float64 // tokens per minute
		ok    bool
	}{
		{name: "200 in 20 s", adds: []float64{5, 15}, now: 20, want: 600, ok: true},
		{name: "half a second is too short", now: .5},
		{name: "two between 70 and 135 s", adds: []float64{5, 65, 75, 125}, now: 135, want: 200 / (65. / 60), ok: true},
		{name: "the last tokens are long ago", adds: []float64{5}, now: 200, want: 0, ok: true},
		{name: "began within the window: 100 in 30 s", since: 100, adds: []float64{105}, now: 130, want: 200, ok: true},
		{name: "an answer of long ago comes late", adds: []float64{125, 55}, now: 135, want: 100 / (65. / 60), ok: true},
	} {
		m := meter{since: at(row.since)}
		for _, a := range row.adds {
			m.add(at(a), 100)
		}
		got, ok := m.perMinute(at(row.now))
		if ok != row.ok || math.Abs(got-row.want) > 1e-9 {
			t.Errorf("%s: %v, %v; want %v, %v", row.name, got, ok, row.want, row.ok)
		}
	}
	var m meter
	m.add(time.Time{}, 1) // the zero time must not become an index below 0
}
