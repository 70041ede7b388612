package workload

import (
	"math"
	"math/rand/v2"
	"time"
)

// dice is the randomness of one session, held by value: 16 bytes.
type dice struct{ pcg rand.PCG }

// uniform is in (0, 1), never an end, so that its normal quantile is finite.
func (d *dice) uniform() float64 { return (float64(d.pcg.Uint64()>>11) + 0.5) / (1 << 53) }

func (d *dice) chance(share float64) bool { return d.uniform() < share }

// intn is in [0, n). The bias for the small n here is below 2^-32.
func (d *dice) intn(n int) int { return int(d.pcg.Uint64() >> 32 * uint64(n) >> 32) }

// split is a new stream of its own.
func (d *dice) split() dice {
	var s dice
	s.pcg.Seed(d.pcg.Uint64(), d.pcg.Uint64())
	return s
}

// lift is e^(sigma·z) with z standard normal, by the inverse of its distribution function. That takes
// one draw each, so a change of one parameter does not shift all later draws.
func (d *dice) lift(sigma float64) float64 {
	return math.Exp(sigma * math.Sqrt2 * math.Erfinv(2*d.uniform()-1))
}

func (l LogNormal) draw(d *dice) int {
	x := math.Round(float64(l.Median) * d.lift(l.Sigma))
	return int(min(max(x, float64(l.Min)), float64(l.Max)))
}

func (p Pauses) draw(d *dice) time.Duration {
	x := float64(p.Median) * d.lift(p.Sigma)
	return time.Duration(min(max(x, float64(p.Min)), float64(p.Max))).Round(time.Millisecond)
}
