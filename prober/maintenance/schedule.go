package maintenance

import (
	"fmt"
	"time"
)

// Schedule is all windows of one target.
type Schedule []window

// New makes a schedule of valid windows.
func New(windows []Window) (Schedule, error) {
	s := make(Schedule, 0, len(windows))
	for _, w := range windows {
		parsed, err := w.parse()
		if err != nil {
			return nil, fmt.Errorf("maintenance: %w", err)
		}
		s = append(s, parsed)
	}
	return s, nil
}

// Until is when the maintenance ends that covers t; false outside of all windows.
func (s Schedule) Until(t time.Time) (time.Time, bool) {
	end := s.end(t)
	return end, end.After(t)
}

// Next is the next instant after t at which Until answers anew; false if there is none.
func (s Schedule) Next(t time.Time) (next time.Time, ok bool) {
	if end, in := s.Until(t); in {
		return end, true
	}
	for _, w := range s {
		if begin, begins := w.next(t); begins && (!ok || begin.Before(next)) {
			next, ok = begin, true
		}
	}
	return next, ok
}

// end is the end of the windows that cover t and of those that follow them without a gap, as far as the longest;
// t itself outside of all windows.
func (s Schedule) end(t time.Time) time.Time {
	end := t
	for again := true; again && end.Sub(t) <= longest; {
		again = false
		for _, w := range s {
			if _, e, ok := w.covers(end); ok && e.After(end) {
				end, again = e, true
			}
		}
	}
	return end
}
