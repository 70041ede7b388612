package prober

import (
	"math"
	"math/rand/v2"
	"time"
)

// arrivals places the slots, each the instant at which a request is due, whatever became of the
// requests before (open loop):
//
//	due ──g₁──► due ──g₂──► due ──g₃──► …      gᵢ ~ Gamma(k), mean E[ISL]/TPM
//	 │ Lag: t1 − t0
//	 └► sent
//
// Each slot follows from the instant of the slot before, not from when that was sent. A prober that
// is late therefore shows lag and catches up, and the rate does not drift.
//
// E[ISL] is the mean size of what the target's sessions would send next, computed anew for each gap.
// The long-run rate is then the set-point: over n slots Σ tokens / Σ gaps → E[ISL] / (E[ISL]/TPM). That
// needs the session of a slot to be, on average, of the same size as the others, and it is: sessions
// are taken by how long they have waited, not by size. With a single session it holds turn by turn: the
// gap before a prompt is as long as that prompt's size asks for, 45k tokens or 200k. An average of past
// turns would trail a growing conversation.
//
// k = 1 is a Poisson process; the deviation of a gap is its mean/√k.
type arrivals struct {
	random *rand.Rand
	shape  float64
	due    time.Time
	used   int // slots placed before due
}

func newArrivals(random *rand.Rand, shape float64) arrivals {
	return arrivals{random: random, shape: shape}
}

// start places the first slot after t as if the process had been running for ever. An observer who
// arrives at t waits for the rest of a gap, and a long gap is more likely to be met than a short one.
//
//	rest = U · g*,   g* ~ gap weighted by its own length, which is Gamma(k+1) of the same scale
//
// So targets that start together are spread over their gaps, and the first hour carries as many slots
// as any other. A full gap first would lose half a slot, 2.5 % of a sentinel's hour.
func (a *arrivals) start(t time.Time, mean time.Duration) {
	a.used++
	rest := a.random.Float64() * gamma(a.random, a.shape+1) / a.shape
	a.due = t.Add(scale(mean, rest))
}

// advance places the next slot.
func (a *arrivals) advance(mean time.Duration) {
	a.used++
	a.due = a.due.Add(scale(mean, gamma(a.random, a.shape)/a.shape))
}

// gap is the mean time between requests of that many tokens at so many tokens per minute.
func gap(tokens, perMinute float64) time.Duration {
	return scale(time.Minute, tokens/perMinute)
}

// scale saturates: an absurdly small set-point gives a gap of centuries, not a negative one.
func scale(d time.Duration, by float64) time.Duration {
	f := float64(d) * by
	if f >= math.MaxInt64/4 {
		return math.MaxInt64 / 4
	}
	return time.Duration(f)
}

// gamma draws from the gamma distribution of shape k and scale 1.
//
// G. Marsaglia and W. W. Tsang, A simple method for generating gamma variables, ACM Transactions on
// Mathematical Software 26 (2000), 363-372; below 1 by their remark, γ(k) = γ(k+1)·U^(1/k).
func gamma(random *rand.Rand, k float64) float64 {
	switch {
	case k == 1:
		return random.ExpFloat64()
	case k < 1:
		return gamma(random, k+1) * math.Pow(1-random.Float64(), 1/k)
	}
	d := k - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := random.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-random.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
