package netstamp

import (
	"testing"
	"time"
)

func TestArrival(t *testing.T) {
	now := time.Now()
	wall := func(d time.Duration) int64 { return now.UnixNano() + int64(d) }
	for _, row := range []struct {
		name  string
		stamp int64
		floor time.Duration // after now
		want  time.Duration // after now
	}{
		{"ordinary", wall(-40 * time.Microsecond), -time.Second, -40 * time.Microsecond},
		{"at once", wall(0), -time.Second, 0},
		{"clock set back between stamp and read", wall(time.Hour), -time.Second, 0},           // the stamp lies in the future
		{"clock set forward between stamp and read", wall(-time.Hour), -time.Second, -1e9},    // not before the request
		{"two reads of one segment", wall(-3 * time.Millisecond), -time.Millisecond, -1e6},    // order is kept
		{"no floor yet", wall(-3 * time.Millisecond), -time.Hour * 24 * 365 * 40, -3_000_000}, // a zero time
	} {
		got := arrival(now, row.stamp, now.Add(row.floor))
		if got.Sub(now) != row.want {
			t.Errorf("%s: %v after now, want %v", row.name, got.Sub(now), row.want)
		}
	}
	if at := arrival(now, wall(-5), time.Time{}); at.Sub(now) != -5 {
		t.Errorf("without a floor %v after now, want -5ns", at.Sub(now))
	}
}

// A later reading of the wall clock that was stepped still gives monotonic differences.
func TestArrivalIsMonotonic(t *testing.T) {
	start := time.Now()
	now := start.Add(time.Second)
	at := arrival(now, now.UnixNano()-1000, start)
	if at.Sub(start) != time.Second-1000 {
		t.Errorf("%v after start", at.Sub(start))
	}
}
