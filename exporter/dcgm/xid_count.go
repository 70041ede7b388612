package dcgm

import "slices"

// xidCount counts each error event of a GPU once. A new session replays the events that the engine
// remembers, so an event is identified by its timestamp and code. Events from before we first saw
// the GPU set the last number and do not count: every start of the prober would look like an incident.
type xidCount struct {
	total   uint64
	last    int64 // number of the last event; valid when any is set
	any     bool
	seen    bool // true after the first poll
	ts      int64
	codesAt []int64 // codes of the events at ts
}

// take counts events and returns the new ones, in order.
func (x *xidCount) take(events []xidEvent) []xidEvent {
	slices.SortStableFunc(events, func(a, b xidEvent) int { return int(min(max(a.TS-b.TS, -1), 1)) })
	var fresh []xidEvent
	for _, e := range events {
		if e.TS < x.ts || e.TS == x.ts && slices.Contains(x.codesAt, e.Code) {
			continue
		}
		if e.TS > x.ts {
			x.ts, x.codesAt = e.TS, nil
		}
		x.codesAt = append(x.codesAt, e.Code)
		x.last, x.any = e.Code, true
		if x.seen {
			x.total++
			fresh = append(fresh, e)
		}
	}
	x.seen = true
	return fresh
}
