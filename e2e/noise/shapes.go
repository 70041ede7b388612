package noise

import (
	"math"
	"slices"
)

// shape is a named noise. The load shows its daily shapes; of what is left nobody knows the cause.
type shape struct {
	name  string
	real  bool // its steps are real ones, and alerts on them are right
	parts []part
}

// shapes are those of the table in docs/alerting.md.
func shapes() []shape { return slices.Concat(steady(), changing()) }

// steady are those that have the same shape each week.
func steady() []shape {
	always := func(int) bool { return true }
	workday := func(d int) bool { return d%7 < 5 }
	return []shape{
		{"the project's: 5 % wave, AR 10 min 0.15", false, []part{wave(1.105), ar(10, .15)}},
		{"independent, flat", false, nil},
		{"AR 10 min 0.15", false, []part{ar(10, .15)}},
		{"AR 60 min 0.15", false, []part{ar(60, .15)}},
		{"AR 6 h 0.15", false, []part{ar(360, .15)}},
		{"AR 10 min 0.15 and 6 h 0.20", false, []part{ar(10, .15), ar(360, .20)}},
		{"AR 24 h 0.15", false, []part{ar(1440, .15)}},
		{"AR 10 min 0.3 and 60 min 0.2 and 24 h 0.1", false, []part{ar(10, .3), ar(60, .2), ar(1440, .1)}},
		{"wave 1.5 a day, AR 60 min 0.15", false, []part{wave(1.5), ar(60, .15)}},
		{"wave 2 a day, AR 60 min 0.15", false, []part{wave(2), ar(60, .15)}},
		{"wave 3 a day, AR 60 min 0.15", false, []part{wave(3), ar(60, .15)}},
		{"office hours 1.3 on weekdays, AR 60 min 0.10", false, []part{office(1.3, false), ar(60, .1)}},
		{"office hours 1.5 on weekdays, AR 60 min 0.10", false, []part{office(1.5, false), ar(60, .1)}},
		{"office hours 2 on weekdays, AR 60 min 0.10", false, []part{office(2, false), ar(60, .1)}},
		{"office hours 2 every day, AR 60 min 0.10", false, []part{office(2, true), ar(60, .1)}},
		{"weekdays 1.3, AR 10 min 0.15", false, []part{weekdays(1.3), ar(10, .15)}},
		{"weekends 0.6, AR 60 min 0.10", false, []part{weekdays(1 / 0.6), ar(60, .1)}},
		{"nightly batch, 45 min 1.6", false, []part{batch(45, 1.6), ar(10, .1)}},
		{"nightly batch, 90 min 2", false, []part{batch(90, 2), ar(10, .1)}},
		{"batch at a random hour, 45 min 1.6", false, []part{atRandom(45, 0, 23*hour, 1.6, always), ar(10, .1)}},
		{"batch at a random hour, 90 min 2", false, []part{atRandom(90, 0, 22*hour, 2, always), ar(10, .1)}},
		{
			"batch at a random hour every third day, 60 min 2", false,
			[]part{atRandom(60, 0, 22*hour, 2, func(d int) bool { return d%3 == 0 }), ar(10, .1)},
		},
		{
			"batch on Mondays, 3 h 1.8", false,
			[]part{atRandom(180, 9*hour, 9*hour, 1.8, func(d int) bool { return d%7 == 0 }), ar(10, .1)},
		},
		{"batch on weekday mornings, 90 min 1.8", false, []part{atRandom(90, 7*hour, 7*hour+15, 1.8, workday), ar(60, .1)}},
		{"heavy tail, 2 % 3-15 times", false, []part{heavyTail(.02, 3, 15)}},
		{"heavy tail, 5 % 3-15 times, AR 60 min 0.10", false, []part{heavyTail(.05, 3, 15), ar(60, .1)}},
		{"blips, one a day", false, []part{blips(1), ar(10, .1)}},
		{"blips, four a day", false, []part{blips(4), ar(10, .1)}},
	}
}

// changing are those that do not.
func changing() []shape {
	fortnight := func(i int) float64 { return float64(1 - i/day/10%2*3/4) }
	return []shape{
		{"a replica comes and goes, 1.25", true, []part{switching(1.25, 20, 6), ar(10, .1)}},
		{"a replica comes and goes, 1.5", true, []part{switching(1.5, 40, 4), ar(10, .1)}},
		{"deploys of ±8 % every three days", false, []part{deploys(3, .08), ar(60, .1)}},
		{"drift of 1 % a day", false, []part{drift(.01), ar(60, .1)}},
		{"growth to 1.3 at the end of a month", true, []part{monthEnd(1.3), office(1.5, false), ar(60, .1)}},
		{"holiday on a weekday", false, []part{holiday(1.5, 33), ar(60, .1)}},
		{"clocks change, office hours 1.5", false, []part{shiftedOffice(1.5, 34), ar(60, .1)}},
		{"σ 0.3, AR 60 min 0.10", false, []part{sigma(.3), ar(60, .1)}},
		{"σ 0.9, AR 60 min 0.15", false, []part{sigma(.9), ar(60, .15)}},
		{"the rate of probing falls to a quarter", false, []part{probingAt(fortnight), ar(10, .15)}},
		{"pauses in probing", false, []part{pauses(.7, 4), office(1.5, false), ar(60, .1)}},
		{"all at once", false, []part{
			office(1.5, false), wave(1.2), ar(10, .15), ar(360, .15), heavyTail(.02, 3, 15), blips(1), batch(45, 1.6),
		}},
	}
}

// holiday is a weekday without office hours.
func holiday(factor float64, onDay int) part {
	return func(c *course) {
		office(factor, false)(c)
		for i := onDay * day; i < min((onDay+1)*day, len(c.explained)); i++ {
			c.explained[i] = 0
		}
	}
}

// shiftedOffice moves the office hours by one hour from a day on.
func shiftedOffice(factor float64, fromDay int) part {
	return func(c *course) {
		office(factor, false)(c)
		for i := fromDay * day; i < len(c.explained)-hour; i++ {
			c.explained[i] = math.Log(factor) * officeAt(i+hour)
		}
	}
}
