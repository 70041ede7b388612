package alerts

import "time"

// Regression is one window of the TTFT regression alert: the geometric mean TTFT of the window
// against that of a baseline, the same part of the day yesterday and a week ago.
//
//	     a week ago             yesterday                           now
//	───────[=====]────────────────[=====]─────────────────────────[==]
//	     weekOffset               offset                         Window
//	       Range                  Range
type Regression struct {
	Window   Window
	Base     Baseline
	Slowdown float64 // ratio of geometric means that is worth an alert
}

// Baseline is a range that ended offset ago, and the same range six days earlier.
type Baseline struct {
	Range, offset, weekOffset Window
}

// name is the baseline's part of a record's name.
func (b Baseline) name() string { return "base" + string(b.Range) }

// sameHours is the baseline of windows that are shorter than the waves of a day.
func sameHours() Baseline { return Baseline{Range: "8h", offset: "20h", weekOffset: "164h"} }

// wholeDay is the baseline of a window that holds a whole day itself.
func wholeDay() Baseline { return Baseline{Range: "1d", offset: "1d", weekOffset: "7d"} }

// RegressionTable has one row for each window, by which it is named. Rules name the rows they read,
// so a new row changes nothing that others read.
type RegressionTable struct{ Over30m, Over2h, Over6h, Over1d Regression }

// Regressions is the table of the regression alert. With σ(ln TTFT) = 0.6 and a design effect of 2, a
// slowdown of 1.5 needs about 30 TTFTs at even odds, 1.2 about 210: the long windows are for few
// probes and small steps.
func Regressions() RegressionTable {
	return RegressionTable{
		Over30m: Regression{Window: "30m", Base: sameHours(), Slowdown: 1.25},
		Over2h:  Regression{Window: "2h", Base: sameHours(), Slowdown: 1.15},
		Over6h:  Regression{Window: "6h", Base: sameHours(), Slowdown: 1.15},
		Over1d:  Regression{Window: "1d", Base: wholeDay(), Slowdown: 1.15},
	}
}

// All lists the rows, shortest window first.
func (t RegressionTable) All() []Regression {
	return []Regression{t.Over30m, t.Over2h, t.Over6h, t.Over1d}
}

// Of the design effect.
const (
	leastDesignEffect = 2.0
	queueMemory       = 2 * time.Minute // TTFTs that are closer together say the same
)

// DesignEffect is how many TTFTs are worth one independent TTFT (see stat.Welch), for n of them in a
// window: neighbours in one queue are alike, and the more there are in a minute, the more so. Without
// this a busy target would raise an alert at every wave of its load.
//
//	requests a minute   0.33   1   2   5   20
//	design effect       2      2   4   10  40
func DesignEffect(n float64, w Window) float64 {
	return max(leastDesignEffect, n*alikePerTTFT(w))
}

// alikePerTTFT is by how much each TTFT of a window raises the design effect.
func alikePerTTFT(w Window) float64 {
	d, ok := w.Duration()
	if !ok {
		return 0
	}
	return queueMemory.Seconds() / d.Seconds()
}
