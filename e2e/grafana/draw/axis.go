package draw

import (
	"math"
	"time"

	"github.com/firsttoken/firsttoken/e2e/grafana"
)

// span is a stretch of time.
type span struct{ from, to time.Time }

func (s span) lasts() time.Duration { return s.to.Sub(s.from) }

// plot is the area inside the axes, in pixels, and the time that it covers.
type plot struct {
	span
	left, top, width, height float64
}

func (p plot) x(at time.Time) float64 {
	return p.left + p.width*float64(at.Sub(p.from))/float64(p.lasts())
}

// y is the height of a value on an axis.
func (p plot) y(a axis, v float64) float64 { return p.top + p.height*(1-a.share(v)) }

func (p plot) right() float64  { return p.left + p.width }
func (p plot) bottom() float64 { return p.top + p.height }

// times labels the time axis.
func (p plot) times(s *svg) {
	step, format := time.Hour, "15:04"
	for _, hours := range []time.Duration{1, 2, 4, 6, 24, 48, 96} {
		if step = hours * time.Hour; float64(p.lasts()/step) < p.width/70 {
			break
		}
	}
	if step >= 24*time.Hour {
		format = "01-02"
	}
	for at := p.from.Truncate(step).Add(step); !at.After(p.to); at = at.Add(step) {
		s.text(p.x(at), p.bottom()+14, atMiddle, at.UTC().Format(format))
	}
}

// axis maps values to their share of its length. Steps between its ticks are round.
type axis struct {
	low, high float64
	ticks     []float64
}

func (a axis) share(v float64) float64 { return (v - a.low) / (a.high - a.low) }

// fit makes an axis for values. It includes 0 and the limits that a field sets.
func fit(f grafana.Field, values []float64) axis {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		low, high = math.Min(low, v), math.Max(high, v)
	}
	low = math.Min(low, 0)
	if f.Min != nil {
		low = *f.Min
	}
	if f.Max != nil {
		high = *f.Max
	}
	if !(high > low) {
		high = low + 1
	}
	step := roundStep(high - low)
	a := axis{low: math.Floor(low/step) * step, high: math.Ceil(high/step-1e-9) * step}
	for v := a.low; v <= a.high+step/2; v += step {
		a.ticks = append(a.ticks, v)
	}
	return a
}

// roundStep divides a length into at most five steps of 1, 2, 2.5, 5 or 10 times a power of ten.
func roundStep(length float64) float64 {
	step := math.Pow(10, math.Floor(math.Log10(length/4)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if length/(step*m) <= 5 {
			return step * m
		}
	}
	return step
}

// tick is the text beside a tick.
func tick(f grafana.Field, v float64) string {
	if f.Unit == "none" {
		f.Decimals = nil
	} else if f.Decimals == nil || *f.Decimals < 1 {
		f.Decimals = new(1.0)
	}
	return f.Text(v)
}
