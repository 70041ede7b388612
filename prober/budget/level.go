package budget

import "time"

// reducedFrom is the share of a cap from which a target keeps to its sentinel level.
const reducedFrom = 0.8

// Level is what a budget leaves of a load.
type Level int

// The levels.
const (
	Normal  Level = iota
	Reduced       // 80 % are spent: the target keeps to its sentinel level
	Stopped       // what is left is not enough for a request
)

func (l Level) String() string { return [...]string{"normal", "reduced", "stopped"}[l] }

// mark is what a cap is remembered by.
type mark struct {
	refused int64 // start of the period in which the last request was refused; 0 if it was not
	level   Level
	since   time.Time
}

// levelOf a cap. Reduced goes by what is settled, because what is outstanding comes and goes with each
// request, and the load would follow it up and down.
func (a *account) levelOf(i int, now time.Time, zone *time.Location) Level {
	c, m := Caps()[i], &a.marks[i]
	level := Normal
	if most, capped := a.limits.most(c); capped {
		start := periodAt(c.Period, now, zone).start
		settled, _ := a.since(start)
		used := settled.in(c.Unit)
		switch {
		case m.refused == start || used >= most:
			level = Stopped
		case float64(used) >= reducedFrom*float64(most):
			level = Reduced
		}
	}
	if level != m.level || m.since.IsZero() {
		m.level, m.since = level, now
	}
	return level
}

// refuse remembers which caps had no room for a request. One that was granted makes room everywhere.
func (a *account) refuse(over [capCount]bool, now time.Time, zone *time.Location) {
	for i, c := range Caps() {
		a.marks[i].refused = 0
		if over[i] {
			a.marks[i].refused = periodAt(c.Period, now, zone).start
		}
	}
}
