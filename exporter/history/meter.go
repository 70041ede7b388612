package history

import "time"

// meter is a rate over the last minute, in steps of ten seconds.
//
//	step  1    2    3    4    5    6   7
//	┌────┬────┬────┬────┬────┬────┬─ ─ ┐
//	│    │    │    │    │    │    │▒▒  │     rate = all of these / time since the first began,
//	└────┴────┴────┴────┴────┴────┴─ ─ ┘     60 to 70 s
//	                                └ now
type meter struct {
	since time.Time // when counting began
	steps [7]struct {
		number int64
		sum    float64
	}
}

const step = 10 * time.Second

// add counts n at an instant, unless it is older than what the meter looks at.
func (m *meter) add(at time.Time, n float64) {
	number := at.UnixNano() / int64(step)
	if number < 0 {
		return // the zero time, or before 1970
	}
	s := &m.steps[number%int64(len(m.steps))]
	if number < s.number {
		return
	}
	if s.number != number {
		s.number, s.sum = number, 0
	}
	s.sum += n
}

// perMinute is false while less than a second has passed: too short for a rate.
func (m *meter) perMinute(now time.Time) (float64, bool) {
	newest := now.UnixNano() / int64(step)
	oldest := newest - int64(len(m.steps)) + 1
	sum := 0.0
	for _, s := range m.steps {
		if s.number >= oldest && s.number <= newest {
			sum += s.sum
		}
	}
	span := min(now.Sub(time.Unix(0, oldest*int64(step))), now.Sub(m.since))
	if span < time.Second {
		return 0, false
	}
	return sum / span.Minutes(), true
}
