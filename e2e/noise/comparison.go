package noise

import (
	"math"

	"github.com/firsttoken/firsttoken/alerts"
)

// Of the evaluation of rules.
const (
	step    = 2 // minutes between evaluations
	perHour = hour / step
	perDay  = day / step
)

// measure is the level of a window: more is worse.
type measure func(sums) float64

func geometric(s sums) float64 { return s.logs / s.n }
func tail(s sums) float64      { return math.Log(s.ttft/s.n) - s.logs/s.n }
func tps(s sums) float64       { return -math.Log(s.tps / s.n) }

// records are those of one window of a comparison, a value for each evaluation or for each hour; NaN is none.
type records struct {
	alerts.WindowLimits
	minutes                             int
	level, count, days, residual, load  []float64
	square, peak1d, spread, peak, usual []float64 // each hour
	comparison                          *comparison
}

// comparison is alerts.Comparison for one target.
type comparison struct {
	target  *target
	measure measure
	windows []*records
	fit     *line // nil where the baseline is that of the clock
}

func none(n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = math.NaN()
	}
	return s
}

func known(x float64) bool { return !math.IsNaN(x) }

// compare computes the records of a comparison.
func (t *target) compare(of alerts.Comparison, m measure, atLoad bool) *comparison {
	r := &comparison{target: t, measure: m}
	usual := t.usual(of.First())
	for _, row := range of.Rows {
		w := r.levels(row)
		w.usual = usual.times(float64(w.minutes) / minutes(of.First()))
		switch {
		case !atLoad:
			w.clock()
		case r.fit == nil:
			r.fit = w.fitLine()
		default:
			r.fit.judge(w)
		}
		w.usually()
		r.windows = append(r.windows, w)
	}
	return r
}

func minutes(w alerts.Window) float64 {
	d, _ := w.Duration()
	return d.Minutes()
}

func (r *comparison) levels(row alerts.WindowLimits) *records {
	n := len(r.target.load) / step
	w := &records{WindowLimits: row, minutes: int(minutes(row.Window)), comparison: r}
	w.level, w.count, w.days, w.residual, w.load = none(n), none(n), none(n), none(n), none(n)
	for i := range n {
		s := r.target.window(i*step, w.minutes, change{})
		w.count[i] = s.n
		if s.n > 0.5 {
			w.level[i], w.load[i] = r.measure(s), s.load
		}
	}
	return w
}

// clock is the residual from the median of the same time on days of the same kind.
func (w *records) clock() {
	for i := range w.level {
		var past sorted
		past.values = make([]float64, 0, alerts.BaselineDays)
		for d := 1; d <= alerts.BaselineDays; d++ {
			j := i - d*perDay
			if j >= 0 && known(w.level[j]) && weekend(i*step) == weekend(j*step) {
				past.insert(w.level[j])
			}
		}
		w.days[i] = float64(len(past.values))
		if len(past.values) >= alerts.BaselineLeast {
			w.residual[i] = w.level[i] - past.quantile(0.5)
		}
	}
}

const pastHours = 13 * 24

// usually records, each hour, what residuals were like.
func (w *records) usually() {
	n := len(w.level)/perHour + 1
	w.square, w.peak1d, w.spread, w.peak = none(n), none(n), none(n), none(n)
	var squares, peaks sorted
	for h := range n {
		w.square[h], w.peak1d[h] = w.day(h * perHour)
		if known(w.square[h]) {
			squares.insert(w.square[h])
			peaks.insert(w.peak1d[h])
		}
		if old := h - pastHours; old >= 0 && known(w.square[old]) {
			squares.remove(w.square[old])
			peaks.remove(w.peak1d[old])
		}
		if h > 24 && len(squares.values) > 0 {
			w.peak[h] = peaks.quantile(alerts.PeakQuantile)
			if known(w.square[h-24]) || known(w.square[h-25]) {
				w.spread[h] = max(alerts.LeastSpread, math.Sqrt(squares.quantile(0.5)))
			}
		}
	}
}

// day is the mean square and the peak of the residual over the day that ends at an evaluation, if residuals began
// half a day before.
func (w *records) day(end int) (square, peak float64) {
	half := end - perDay/2
	began := false
	for j := max(0, half-perHour); j <= half; j++ {
		began = began || known(w.residual[j])
	}
	if !began {
		return math.NaN(), math.NaN()
	}
	n, peak := 0.0, math.Inf(-1)
	for j := max(0, end-perDay+1); j <= min(end, len(w.residual)-1); j++ {
		if x := w.residual[j]; known(x) {
			n++
			square += x * x
			peak = max(peak, x)
		}
	}
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	return square / n, peak
}

type hourly []float64

func (s hourly) times(factor float64) []float64 {
	all := make([]float64, len(s))
	for i, x := range s {
		all[i] = x * factor
	}
	return all
}

// usual is the usual number of values in a window, each hour.
func (t *target) usual(w alerts.Window) hourly {
	n := len(t.load)/hour + 1
	days, usual := none(n), none(n)
	var past sorted
	for h := range n {
		if minute := min(h*hour, len(t.load)-1); minute > 0 {
			s := t.window(minute, day, change{})
			days[h] = s.n / float64(min(day, minute)) * minutes(w)
			past.insert(days[h])
		}
		if old := h - pastHours; old > 0 {
			past.remove(days[old])
		}
		if h > 0 {
			usual[h] = past.quantile(0.5)
		}
	}
	return usual
}
