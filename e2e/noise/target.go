package noise

import (
	"math"
	"math/rand/v2"
	"slices"
)

// request is one answer: ln of its TTFT beside the median of the target, and ln of its output tokens per
// second. A failed one has neither.
type request struct {
	ttft, tps float32
	failed    bool
}

// target is what a prober saw of one target, minute by minute.
type target struct {
	requests  [][]request // of each minute
	load      []float64   // ln(1 + running + waiting) of the engine, running sum
	threshold float64     // ln TTFT of the objective: 2.5 % of answers are slower, half of the budget
	counters
}

// Of the engine behind a target.
const (
	usualLoad   = 3.0 // ln(1 + requests)
	loadLatency = 0.7 // ln TTFT for each ln of load
	loadNoise   = 0.05
	tpsLatency  = 0.5 // ln TPS lost for each ln of TTFT
	tpsSigma    = 0.2
	badShare    = 0.025 // of events, in the usual noise
	allowed     = 0.05  // by the objective
)

// newTarget plays the shape for some minutes at so many requests a minute.
func newTarget(s shape, perMinute float64, minutes int, seed uint64) *target {
	random := rand.New(rand.NewPCG(seed, uint64(perMinute*100)))
	c := newCourse(minutes, random)
	for _, p := range s.parts {
		p(c)
	}
	t := &target{requests: make([][]request, minutes), load: make([]float64, minutes)}
	sum := 0.0
	for i := range minutes {
		sum += usualLoad + c.explained[i]/loadLatency + loadNoise*random.NormFloat64()
		t.load[i] = sum
		t.requests[i] = c.minute(i, perMinute)
	}
	t.threshold = t.quantile(1 - badShare)
	t.counters = t.count(func(r request) request { return r })
	return t
}

// minute draws the requests of one minute.
func (c *course) minute(i int, perMinute float64) []request {
	all := make([]request, poisson(c.random, perMinute*c.probing[i]))
	for k := range all {
		slow := c.explained[i] + c.unexplained[i]
		x := slow + c.sigma*c.random.NormFloat64()
		for _, t := range c.tails {
			if c.random.Float64() < t.share {
				x += math.Log(t.least + (t.most-t.least)*c.random.Float64())
			}
		}
		all[k] = request{
			ttft: float32(x), tps: float32(tpsSigma*c.random.NormFloat64() - tpsLatency*slow),
			failed: c.failing[i] > 0 && c.random.Float64() < c.failing[i],
		}
	}
	return all
}

func poisson(random *rand.Rand, mean float64) int {
	n, left := 0, math.Exp(-mean)
	for p := random.Float64(); p > left; p *= random.Float64() {
		n++
	}
	return n
}

// quantile of ln TTFT, from a day in eight or so.
func (t *target) quantile(q float64) float64 {
	var all []float32
	for i := 0; i < len(t.requests); i += 11 {
		for _, r := range t.requests[i] {
			all = append(all, r.ttft)
		}
	}
	if len(all) == 0 {
		return math.Inf(1)
	}
	slices.Sort(all)
	return float64(all[int(q*float64(len(all)-1))])
}
