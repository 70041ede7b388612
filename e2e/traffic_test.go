package e2e

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/e2e/promlab"
)

// traffic makes up the counters of a prober for one target:
//
//	ln TTFT = ln median + ln(step) from an hour on
//	        + 0.05·sin(time of day)         the afternoon is slower by 5 %
//	        + 0.15·slow                     queues: AR(1), forgotten in ten minutes
//	        + 0.48·noise                    everything else; σ is 0.5 in all
//
// The TTFT objective is 95 %. 2.5 % of answers are slower than its threshold: half of the budget. Half of the
// availability budget of 1 % is spent too, in bursts of two to six minutes, as real failures come: a replica restarts,
// a node is drained. Longer bursts would be outages, and worth a page.
type traffic struct {
	name    string
	perMin  float64
	step    float64       // factor on TTFT
	from    time.Duration // start of the step, since the start of the traffic
	random  *rand.Rand
	slow    float64
	outage  int // minutes left of the current one
	n, sum  *promlab.Series
	squares *promlab.Series
	slos    map[string][3]*promlab.Series // events, bad, objective
}

const (
	sigmaSlow   = 0.15
	sigmaNoise  = 0.48
	outageShare = 0.6 // of requests that fail in one
	outageMean  = 4   // minutes
)

func newTraffic(name string, perMin, step float64, from time.Duration, seed uint64) *traffic {
	at := []string{"job", "firsttoken", "instance", "prober:9977", "target", name}
	population := append(append([]string{}, at...), "cache", "warm", "context", "le_80k")
	t := &traffic{
		name: name, perMin: perMin, step: step, from: from, random: rand.New(rand.NewPCG(seed, uint64(perMin*1000))),
		n:       promlab.NewSeries("firsttoken_ttft_log_count", population...),
		sum:     promlab.NewSeries("firsttoken_ttft_log_sum", population...),
		squares: promlab.NewSeries("firsttoken_ttft_log_squared_total", population...),
		slos:    map[string][3]*promlab.Series{},
	}
	for name, objective := range map[string]float64{"ttft": 0.95, "availability": 0.99} {
		labels := append(append([]string{}, at...), "slo", name)
		t.slos[name] = [3]*promlab.Series{
			promlab.NewSeries("firsttoken_slo_events_total", labels...),
			promlab.NewSeries("firsttoken_slo_bad_events_total", labels...),
			promlab.NewSeries("firsttoken_slo_objective_ratio", labels...),
		}
		t.slos[name][2].Value = objective
	}
	return t
}

func (t *traffic) series() []*promlab.Series {
	all := []*promlab.Series{t.n, t.sum, t.squares}
	for _, s := range t.slos {
		all = append(all, s[0], s[1], s[2])
	}
	return all
}

// minute lets a minute pass. Its end is at this time since the start.
func (t *traffic) minute(at time.Duration) {
	const remembered = 0.9048 // e^(−1/10)
	t.slow = remembered*t.slow + math.Sqrt(1-remembered*remembered)*t.random.NormFloat64()
	if t.outage > 0 {
		t.outage--
	} else if t.random.Float64() < 0.005/outageShare/outageMean {
		t.outage = outageMean - 2 + t.random.IntN(5)
	}
	for range t.poisson() {
		t.turn(at)
	}
}

func (t *traffic) turn(at time.Duration) {
	failed := t.outage > 0 && t.random.Float64() < outageShare
	t.judge("availability", failed)
	if failed {
		t.judge("ttft", true)
		return
	}
	const median = 6.4 // ln 600 ms
	sigma := math.Hypot(sigmaSlow, sigmaNoise)
	x := median + 0.05*math.Sin(2*math.Pi*at.Hours()/24) + sigmaSlow*t.slow + sigmaNoise*t.random.NormFloat64()
	if at > t.from {
		x += math.Log(t.step)
	}
	t.n.Value++
	t.sum.Value += x
	t.squares.Value += x * x
	t.judge("ttft", x > median+1.96*sigma)
}

func (t *traffic) judge(name string, bad bool) {
	t.slos[name][0].Value++
	if bad {
		t.slos[name][1].Value++
	}
}

func (t *traffic) poisson() int {
	n, left := 0, math.Exp(-t.perMin)
	for p := t.random.Float64(); p > left; p *= t.random.Float64() {
		n++
	}
	return n
}

// drive lets the traffic pass and records it every second minute, from the epoch on.
func drive(t *testing.T, s *promlab.Server, all []*traffic, d time.Duration) {
	t.Helper()
	var series []*promlab.Series
	for _, x := range all {
		series = append(series, x.series()...)
	}
	info := promlab.NewSeries("firsttoken_build_info", "job", "firsttoken", "instance", "prober:9977")
	info.Value = 1
	series = append(series, info)
	for at := time.Duration(0); at <= d; at += time.Minute {
		for _, x := range all {
			x.minute(at)
		}
		if at%(2*time.Minute) == 0 {
			if err := s.Append(t.Context(), epoch.Add(at), series); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// epoch is a midnight, so that all intervals of groups meet at it.
var epoch = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

func rate(perMin float64) string { return strconv.FormatFloat(perMin, 'g', -1, 64) }
