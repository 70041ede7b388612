package survey

import (
	"math"
	"time"

	"github.com/firsttoken/firsttoken/prober/workload"
)

// prompt is the size in tokens of the prompts for which objectives are chosen: the largest first prompt of a session of
// the default workload, or the window if that is smaller.
func (f *Finding) prompt() int64 {
	usual := int64(workload.Sentinel().Context.Max)
	if f.Window.Tokens > 0 {
		return min(usual, int64(f.Window.Tokens))
	}
	return usual
}

// expectedTTFT extrapolates what was seen to the size of the workload's prompts, on the steepest straight line from the
// smallest prompt through a larger one, and is never less than what was seen:
//
//	TTFT                            ╱ expected
//	        seen                 ╱
//	          ×  ╱  ╱  ╱  ╱  ╱
//	      ×
//	      └───┴──────────────────┴─ tokens of the prompt
//
// The smallest prompt was the first request, for which a server may have had to get ready: where a larger one was
// faster, that time counts.
func (f *Finding) expectedTTFT() (time.Duration, bool) {
	if len(f.Samples) == 0 {
		return 0, false
	}
	small := f.Samples[0]
	slowest := small.TTFT
	if later := f.Samples[1:]; len(later) > 0 {
		slowest = 0
		for _, x := range later {
			slowest = max(slowest, x.TTFT)
			if !x.Warm {
				small.TTFT = min(small.TTFT, x.TTFT)
			}
		}
	}
	var slope float64 // seconds a token
	for _, x := range f.Samples[1:] {
		if more := x.Tokens - small.Tokens; more > small.Tokens/2 {
			slope = max(slope, (x.TTFT-small.TTFT).Seconds()/float64(more))
		}
	}
	extrapolated := small.TTFT + time.Duration(slope*float64(f.prompt()-small.Tokens)*float64(time.Second))
	return max(slowest, extrapolated), true
}

// ttftThreshold is twice what is expected, rounded up.
func (f *Finding) ttftThreshold() (time.Duration, bool) {
	expected, ok := f.expectedTTFT()
	if !ok {
		return 0, false
	}
	const longest = time.Minute // a longer wait ends as a timeout
	for _, half := range []float64{1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100} {
		if d := time.Duration(half * float64(time.Second) / 2); d >= 2*expected {
			return d, true
		}
	}
	return longest, true
}

// tpsThreshold is half of the slowest rate that was seen, rounded down to two digits.
func (f *Finding) tpsThreshold() (float64, bool) {
	slowest := f.slowestTPS()
	if slowest <= 0 || f.Held {
		return 0, false
	}
	half := slowest / 2
	scale := math.Pow(10, math.Floor(math.Log10(half))-1)
	return math.Floor(half/scale/5) * 5 * scale, true
}

// slowestTPS is 0 where no rate was seen.
func (f *Finding) slowestTPS() float64 {
	slowest := 0.0
	for _, x := range f.Samples {
		if x.TPS > 0 && (slowest == 0 || x.TPS < slowest) {
			slowest = x.TPS
		}
	}
	return slowest
}

// prefill is how many tokens of a prompt the server reads in a second, at least: what else it does is in it, too.
func (f *Finding) prefill() float64 {
	best := 0.0
	for _, x := range f.Samples {
		if x.TTFT > 0 && !x.Warm {
			best = max(best, float64(x.Tokens)/x.TTFT.Seconds())
		}
	}
	return best
}
