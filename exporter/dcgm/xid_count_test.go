package dcgm

import (
	"slices"
	"testing"
)

func TestXIDCount(t *testing.T) {
	event := func(ts, code int64) xidEvent { return xidEvent{0, ts, code} }
	for _, row := range []struct {
		name  string
		polls [][]xidEvent
		total uint64
		last  int64
	}{
		{"history does not count", [][]xidEvent{{event(1, 31), event(2, 48)}}, 0, 48},
		{"then each does", [][]xidEvent{{}, {event(1, 31)}, {event(2, 48), event(3, 48)}}, 3, 48},
		{"a replay does not", [][]xidEvent{{}, {event(1, 31), event(2, 48)}, {event(1, 31), event(2, 48)}}, 2, 48},
		{"two at one instant", [][]xidEvent{{}, {event(5, 31)}, {event(5, 31), event(5, 48)}}, 2, 48},
		{"out of order within a poll", [][]xidEvent{{}, {event(9, 79), event(3, 13)}}, 2, 79},
	} {
		t.Run(row.name, func(t *testing.T) {
			var x xidCount
			for _, poll := range row.polls {
				x.take(slices.Clone(poll))
			}
			if x.total != row.total || x.last != row.last {
				t.Errorf("%d events, last %d; want %d, last %d", x.total, x.last, row.total, row.last)
			}
		})
	}
}
