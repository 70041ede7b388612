package noise

import (
	"math"
	"time"

	"github.com/firsttoken/firsttoken/alerts"
)

// slower says whether a comparison's condition holds at an evaluation by these limits.
func (r *comparison) slower(i int, limits []alerts.WindowLimits, c change) bool {
	for _, limit := range limits {
		for _, w := range r.windows {
			if w.Window == limit.Window && w.slower(i, limit, c) {
				return true
			}
		}
	}
	return false
}

func (w *records) slower(i int, limit alerts.WindowLimits, c change) bool {
	level, count, residual := w.level[i], w.count[i], w.residual[i]
	if c.n != nil {
		s := w.comparison.target.window(i*step, w.minutes, c)
		changed := w.comparison.measure(s)
		level, count, residual = changed, s.n, residual+changed-w.level[i]
	}
	h := max(0, i-1) / perHour
	z := residual / (w.spread[h] * w.care(i) * math.Sqrt(max(w.usual[h]/count, 1)))
	return residual > math.Log(limit.Ratio) && z > limit.Z && count >= limit.Least &&
		residual > limit.Peak*w.peak[h] && w.thanAWeekAgo(i, level, residual)
}

func (w *records) care(i int) float64 {
	if w.comparison.fit != nil {
		return 1
	}
	return 1 + 1/w.days[i]
}

func (w *records) thanAWeekAgo(i int, level, residual float64) bool {
	if w.comparison.fit != nil {
		return true
	}
	one, two := i-7*perDay, i-14*perDay
	same := one >= 0 && known(w.level[one]) && level-w.level[one] <= alerts.WeekShare*residual
	return !same || two >= 0 && known(w.level[two]) && level-w.level[two] > alerts.WeekShare*residual
}

// keep is how long alerts fire on, in evaluations, and how far apart two episodes are.
const keep = 40 / step

// episodes counts how often an alert fires, and finds when it first does; it is negative if it never does.
func episodes(n int, wait time.Duration, condition func(i int) bool) (count, first int) {
	holds, last := 0, -keep-1
	first = -1
	for i := range n {
		if !condition(i) {
			holds = 0
			continue
		}
		holds++
		if time.Duration(holds-1)*step*time.Minute < wait {
			continue
		}
		if first < 0 {
			first = i
		}
		if i-last > keep {
			count++
		}
		last = i
	}
	return count, first
}
