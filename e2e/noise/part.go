package noise

import (
	"math"
	"math/rand/v2"
)

// Of a day, in minutes.
const (
	hour = 60
	day  = 24 * hour
	week = 7 * day
)

// course is the slow part of a target's latency, minute by minute, in ln: what the load explains, which
// the engine's own metrics show, and what nothing explains.
type course struct {
	random      *rand.Rand
	explained   []float64
	unexplained []float64
	failing     []float64 // probability that a request fails
	probing     []float64 // factor on the rate of probing
	tails       []heavy
	sigma       float64 // of single requests
}

// heavy makes a share of requests slower by a factor drawn between two.
type heavy struct{ share, least, most float64 }

func newCourse(minutes int, random *rand.Rand) *course {
	c := &course{random: random, sigma: 0.48}
	for _, s := range []*[]float64{&c.explained, &c.unexplained, &c.failing, &c.probing} {
		*s = make([]float64, minutes)
	}
	for i := range c.probing {
		c.probing[i] = 1
	}
	return c
}

// part adds one shape to a course.
type part func(*course)

// ar is noise that is forgotten after tau minutes, with this standard deviation.
func ar(tau, sd float64) part {
	return func(c *course) {
		keep := math.Exp(-1 / tau)
		x := c.random.NormFloat64()
		for i := range c.unexplained {
			x = keep*x + math.Sqrt(1-keep*keep)*c.random.NormFloat64()
			c.unexplained[i] += sd * x
		}
	}
}

// byLoad adds f(minute), and the load shows it.
func byLoad(f func(minute int) float64) part {
	return func(c *course) {
		for i := range c.explained {
			c.explained[i] += f(i)
		}
	}
}

// besides adds f(minute), and no load shows it.
func besides(f func(minute int) float64) part {
	return func(c *course) {
		for i := range c.unexplained {
			c.unexplained[i] += f(i)
		}
	}
}

// wave is a sinus over the day from 1 to this factor.
func wave(factor float64) part {
	return byLoad(func(i int) float64 { return math.Log(factor) / 2 * math.Sin(2*math.Pi*float64(i%day)/day) })
}

// unit is where a minute stands between from and to, with ramps of this many minutes: 0 to 1.
func unit(minute, from, to, ramp int) float64 {
	up, down := float64(minute-from)/float64(ramp), float64(to-minute)/float64(ramp)
	return max(0, min(1, up, down))
}

func weekend(minute int) bool { return minute/day%7 >= 5 } // the first day is a Monday

// office is from 8 to 18 o'clock, with ramps of an hour.
func office(factor float64, everyDay bool) part {
	return byLoad(func(i int) float64 {
		if everyDay {
			i %= day
		}
		return math.Log(factor) * officeAt(i)
	})
}

// officeAt is 1 in office hours, else 0, or between.
func officeAt(minute int) float64 {
	if weekend(minute) {
		return 0
	}
	return unit(minute%day, 8*hour, 18*hour, hour)
}

func weekdays(factor float64) part {
	return byLoad(func(i int) float64 {
		if weekend(i) {
			return 0
		}
		return math.Log(factor)
	})
}

// batch is a nightly job at two o'clock.
func batch(minutes int, factor float64) part {
	return byLoad(func(i int) float64 {
		if m := i % day; m >= 2*hour && m < 2*hour+minutes {
			return math.Log(factor)
		}
		return 0
	})
}

// atRandom is one interval in each day that chosen says, starting somewhere from one hour to another.
func atRandom(minutes, from, to int, factor float64, chosen func(day int) bool) part {
	return func(c *course) {
		for d := 0; d < len(c.explained); d += day {
			start := d + from + c.random.IntN(max(1, to-from))
			for i := start; chosen(d/day) && i < min(start+minutes, len(c.explained)); i++ {
				c.explained[i] += math.Log(factor)
			}
		}
	}
}

// blips are five minutes of four times the latency and 20 % of errors.
func blips(perDay float64) part {
	return func(c *course) {
		left := 0
		for i := range c.unexplained {
			if left == 0 && c.random.Float64() < perDay/day {
				left = 5
			}
			if left > 0 {
				left--
				c.unexplained[i] += math.Log(4)
				c.failing[i] = 0.2
			}
		}
	}
}

func heavyTail(share, least, most float64) part {
	return func(c *course) { c.tails = append(c.tails, heavy{share, least, most}) }
}

func sigma(s float64) part { return func(c *course) { c.sigma = s } }

// switching goes between two levels, staying for about so many hours in each.
func switching(factor, hoursLow, hoursHigh float64) part {
	return func(c *course) {
		high := false
		for i := range c.unexplained {
			stay := hoursLow
			if high {
				stay = hoursHigh
				c.unexplained[i] += math.Log(factor)
			}
			if c.random.Float64() < 1/(stay*hour) {
				high = !high
			}
		}
	}
}

// deploys step to a new level of ±spread about the old one every few days.
func deploys(days, spread float64) part {
	return func(c *course) {
		level := 0.0
		for i := range c.unexplained {
			if c.random.Float64() < 1/(days*day) {
				level = spread * (2*c.random.Float64() - 1)
			}
			c.unexplained[i] += level
		}
	}
}

// drift grows by a share a day.
func drift(perDay float64) part {
	return besides(func(i int) float64 { return perDay * float64(i) / day })
}

// monthEnd grows over the last five days of each thirty.
func monthEnd(factor float64) part {
	return byLoad(func(i int) float64 { return math.Log(factor) * max(0, float64(i/day%30-24)/5) })
}

// probingAt multiplies the rate of probing.
func probingAt(f func(minute int) float64) part {
	return func(c *course) {
		for i := range c.probing {
			c.probing[i] *= f(i)
		}
	}
}

// pauses stop the probing at random for some hours.
func pauses(perDay, hours float64) part {
	return func(c *course) {
		left := 0
		for i := range c.probing {
			if left == 0 && c.random.Float64() < perDay/day {
				left = int(hours * hour * 2 * c.random.Float64())
			}
			if left > 0 {
				left--
				c.probing[i] = 0
			}
		}
	}
}
