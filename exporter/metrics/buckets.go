package metrics

import (
	"slices"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// Classic buckets. A cold prompt of 200,000 tokens may take minutes on a busy engine, so they end
// where others would say +Inf; a native histogram needs none of this.

// firstTokenBuckets cover a cached short prompt to a cold long one, in seconds. Interpolated
// quantiles of a lognormal TTFT are within 8 % at p50 and 14 % at p95 of the truth.
func firstTokenBuckets() []float64 {
	return []float64{.01, .025, .05, .1, .2, .3, .5, .75, 1, 1.5, 2, 3, 4, 6, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300}
}

// durationBuckets are for whole answers, in seconds.
func durationBuckets() []float64 {
	return []float64{.1, .25, .5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600}
}

// interTokenBuckets are the gaps of 1,000 down to 1 token per second, in seconds.
func interTokenBuckets() []float64 {
	return []float64{
		.001, .002, .0035, .005, .0075, .01, .0125, .015, .02, .025, .03, .04, .05, .075, .1, .15, .2, .3, .5, 1,
	}
}

// stallBuckets go from a pause that no user sees to one at which every user gives up, in seconds.
func stallBuckets() []float64 {
	return []float64{.01, .025, .05, .1, .2, .3, .5, .75, 1, 1.5, 2, 3, 5, 10, 20, 30, 60}
}

// networkBuckets are for a connection and an upload, in seconds.
func networkBuckets() []float64 {
	return []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
}

// lagBuckets are for this process's own lateness, in seconds.
func lagBuckets() []float64 {
	return []float64{.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1}
}

// selfcheckBuckets begin where a quiet machine's error lies, in seconds.
func selfcheckBuckets() []float64 {
	return []float64{.00001, .000025, .00005, .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1}
}

// tpsBuckets are output tokens per second of one stream.
func tpsBuckets() []float64 {
	return []float64{1, 2, 5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 100, 125, 150, 200, 300, 500, 750, 1000}
}

// tpmBuckets are tokens per minute of a target.
func tpmBuckets() []float64 {
	return []float64{1e3, 2.5e3, 5e3, 1e4, 2.5e4, 5e4, 1e5, 2.5e5, 5e5, 1e6, 2.5e6, 5e6, 1e7, 2.5e7, 5e7, 1e8}
}

// withThresholds adds every threshold of an indicator, so that the share of good events can be read
// off a classic histogram without interpolation.
func withThresholds(buckets []float64, targets []prober.Target, name slo.Name) []float64 {
	for _, t := range targets {
		if o, ok := t.SLOs[name]; ok && o.Threshold > 0 {
			buckets = append(buckets, o.Threshold)
		}
	}
	slices.Sort(buckets)
	return slices.Compact(buckets)
}
