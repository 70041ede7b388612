package simulator

import (
	"slices"
	"time"
)

// engineCounts are the numbers that an engine exports about itself.
type engineCounts struct {
	ttft, queued, between  histogram
	prompt, generated      uint64
	queries, hits, success uint64
}

func newEngineCounts() engineCounts {
	return engineCounts{
		ttft: newHistogram(.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
			160, 640),
		queued:  newHistogram(.3, .5, .8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960),
		between: newHistogram(.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80),
	}
}

func (t *engineCounts) admitted(s *sequence, at time.Duration) {
	t.queued.observe((at - s.ready).Seconds(), 1)
	t.queries += uint64(s.tokens)
	t.hits += uint64(s.cached)
}

func (t *engineCounts) first(s *sequence, at time.Duration) {
	t.ttft.observe((at - s.submitted).Seconds(), 1)
	t.prompt += uint64(s.tokens)
	t.generated++
}

// later counts n tokens of one step. Each of them took its share of the step.
func (t *engineCounts) later(s *sequence, n int, at time.Duration) {
	t.between.observe((at-s.latest).Seconds()/float64(n), uint64(n))
	t.generated += uint64(n)
}

func (t *engineCounts) ended(s *sequence) {
	if s.generated >= s.output {
		t.success++
	}
}

// histogram has the buckets of vLLM's metric of the same meaning, in seconds.
type histogram struct {
	bounds []float64
	counts []uint64 // of values up to the bound and above the one before; the last has no bound
	sum    float64
}

func newHistogram(bounds ...float64) histogram {
	return histogram{bounds: bounds, counts: make([]uint64, len(bounds)+1)}
}

func (h *histogram) observe(v float64, times uint64) {
	i, _ := slices.BinarySearch(h.bounds, v)
	h.counts[i] += times
	h.sum += v * float64(times)
}

func (h *histogram) clone() histogram {
	c := *h
	c.counts = slices.Clone(h.counts)
	return c
}
