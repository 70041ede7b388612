package dcgm

import "slices"

// xidCount counts each error event of a GPU once. A new session replays what the engine remembers,
// so events are told apart by their timestamp and code. What an engine remembers from before we
// first saw the GPU is history: it sets the last number and does not count, or every start of the
// prober would look like an incident.
type xidCount struct {
	total   uint64
	last    int64 // number of the last event, meaningful when any is set
	any     bool
	seen    bool // the first poll has been taken
	ts      int64
	codesAt []int64 // codes of the events at ts
}

// take returns the events that were new, in order.
func (x *xidCount) take(events []XID) []XID {
	slices.SortStableFunc(events, func(a, b XID) int { return int(min(max(a.TS-b.TS, -1), 1)) })
	var fresh []XID
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
