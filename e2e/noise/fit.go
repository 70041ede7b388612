package noise

import "github.com/firsttoken/firsttoken/alerts"

// line is the fit of level to load, each hour.
type line struct{ mean, load, slope []float64 }

const (
	fitDays  = 7
	fitBegin = 2 // days
	fitEvery = 5 // evaluations: every fifth one says the same as all of them
)

// fitLine fits the shortest window's levels, and judges them by it.
func (w *records) fitLine() *line {
	n := len(w.level)/perHour + 1
	l := &line{none(n), none(n), none(n)}
	clipped := none(len(w.level))
	for h := range n {
		if h*perHour >= fitBegin*perDay {
			l.fit(h, clipped, w.load)
		}
		for j := h*perHour + 1; j <= (h+1)*perHour && j < len(w.level); j++ {
			w.residual[j] = l.residual(j, w.level[j], w.load[j])
			clipped[j] = w.level[j]
			if r := w.residual[j]; known(r) {
				clipped[j] += max(-alerts.FitClip, min(alerts.FitClip, r)) - r
			}
		}
	}
	return l
}

func (l *line) fit(h int, level, load []float64) {
	var n, y, x, xy, xx float64
	end := min(h*perHour, len(level)-1)
	for j := max(0, end-fitDays*perDay+1); j <= end; j += fitEvery {
		if known(level[j]) {
			n++
			y += level[j]
			x += load[j]
			xy += level[j] * load[j]
			xx += load[j] * load[j]
		}
	}
	if n == 0 {
		return
	}
	y, x, xy, xx = y/n, x/n, xy/n, xx/n
	l.mean[h], l.load[h], l.slope[h] = y, x, max(0, (xy-x*y)/(xx-x*x+alerts.FitRidge))
}

func (l *line) residual(i int, level, load float64) float64 {
	h := max(0, i-1) / perHour
	return level - l.mean[h] - l.slope[h]*(load-l.load[h])
}

func (l *line) judge(w *records) {
	for i := range w.level {
		w.residual[i] = l.residual(i, w.level[i], w.load[i])
	}
}
