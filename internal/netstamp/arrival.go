package netstamp

import "time"

// arrival converts a stamp of the wall clock, as the kernel gives it, to the monotonic clock, for
// bytes that were read at now and came after floor:
//
//	floor ─────────── stamp ── lag ── now        instant = now − (wall(now) − stamp)
//
// now carries both clocks. A step of the wall clock between stamp and now makes the instant wrong by
// that step, but never before floor or after now: the bytes did come between these two. A step at any
// other time does no harm.
func arrival(now time.Time, stamp int64, floor time.Time) time.Time {
	at := now.Add(-time.Duration(now.UnixNano() - stamp))
	switch {
	case at.After(now):
		return now
	case at.Before(floor):
		return floor
	}
	return at
}

// later of two instants.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
