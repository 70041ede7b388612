package history

import "time"

// meter is a rate over the last minute, in slots of ten seconds.
//
//	slot  1    2    3    4    5    6   7
//	┌────┬────┬────┬────┬────┬────┬─ ─ ┐
//	│    │    │    │    │    │    │▒▒  │     rate = all of these / time since the first began,
//	└────┴────┴────┴────┴────┴────┴─ ─ ┘     60 to 70 s
//	                                └ now
type meter struct {
	since time.Time // of the first moment that counts
	slots [7]struct {
		number int64
		sum    float64
	}
}

const slot = 10 * time.Second

func (m *meter) add(at time.Time, n float64) {
	number := at.UnixNano() / int64(slot)
	if number < 0 {
		return // before 1970, or never
	}
	s := &m.slots[number%int64(len(m.slots))]
	if number < s.number {
		return // older than anything the meter looks at
	}
	if s.number != number {
		s.number, s.sum = number, 0
	}
	s.sum += n
}

// perMinute is false while less than a second has passed, which says nothing.
func (m *meter) perMinute(now time.Time) (float64, bool) {
	newest := now.UnixNano() / int64(slot)
	oldest := newest - int64(len(m.slots)) + 1
	sum := 0.0
	for _, s := range m.slots {
		if s.number >= oldest && s.number <= newest {
			sum += s.sum
		}
	}
	span := min(now.Sub(time.Unix(0, oldest*int64(slot))), now.Sub(m.since))
	if span < time.Second {
		return 0, false
	}
	return sum / span.Minutes(), true
}
