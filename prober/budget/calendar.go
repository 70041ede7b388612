package budget

import "time"

// days is a calendar day as the instants between which it lies, in seconds of Unix time. Days are
// known by their instants so that a change of the time zone finds them again: a day that reaches into
// a period counts in it, whatever the calendar was that made it.
type days struct{ start, end int64 }

// dayAt is the calendar day of an instant. It goes by the date and not by hours, so that a day with a
// change of the clocks is one day, of 23 or 25 hours.
func dayAt(t time.Time, zone *time.Location) days {
	y, m, d := t.In(zone).Date()
	return days{midnight(y, m, d, zone), midnight(y, m, d+1, zone)}
}

func midnight(y int, m time.Month, d int, zone *time.Location) int64 {
	return time.Date(y, m, d, 0, 0, 0, 0, zone).Unix()
}

// periodAt is the day or month of an instant.
func periodAt(p Period, t time.Time, zone *time.Location) days {
	if p == Day {
		return dayAt(t, zone)
	}
	y, m, _ := t.In(zone).Date()
	return days{midnight(y, m, 1, zone), midnight(y, m+1, 1, zone)}
}
