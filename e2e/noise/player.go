package noise

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/firsttoken/firsttoken/alerts"
	"github.com/firsttoken/firsttoken/internal/stat"
)

// Of a play: 120 target-days after the days in which the baseline grows.
const (
	warmUp       = 21 // days
	judged       = 30 // days
	targets      = 4
	starts       = 10 // of a step, for each target
	horizon      = 24 * hour / step
	revisionDays = 3 // between revisions that change nothing
)

// player has the comparisons of one target.
type player struct {
	*target
	ttft, atLoad, tail, tps *comparison
	revised                 []bool // for each evaluation
}

func newPlayer(s shape, perMinute float64, days int, seed uint64) *player {
	t := newTarget(s, perMinute, days*day, seed)
	table := alerts.Slower()
	p := &player{
		target: t,
		ttft:   t.compare(table.TTFT, geometric, false), atLoad: t.compare(table.AtEqualLoad, geometric, true),
		tail: t.compare(table.Tail, tail, false), tps: t.compare(table.TPS, tps, false),
	}
	p.revise(rand.New(rand.NewPCG(seed, 3)))
	return p
}

// revise makes a revision every few days, which is new for up to three hours.
func (p *player) revise(random *rand.Rand) {
	p.revised = make([]bool, len(p.load)/step)
	for i := range p.revised {
		if random.Float64() < 1.0/revisionDays/perDay {
			for j := i; j < min(i+3*perHour, len(p.revised)); j++ {
				p.revised[j] = true
			}
		}
	}
}

// watched is an alert of a player.
type watched struct {
	name string
	wait time.Duration
	// fires says whether the condition holds, after a change if there is one.
	fires func(p *player, i int, c change) bool
}

func watchedAlerts() []watched {
	t := alerts.Slower()
	return []watched{
		{"TTFTRegression", alerts.SlowerFor, func(p *player, i int, c change) bool {
			return p.ttft.slower(i, t.TTFT.Rows, c)
		}},
		{"AtEqualLoad", alerts.SlowerFor, func(p *player, i int, c change) bool {
			return p.atLoad.slower(i, t.AtEqualLoad.Rows, c)
		}},
		{"AfterRevision", alerts.RevisionFor, func(p *player, i int, c change) bool {
			return p.revised[i] && p.ttft.slower(i, alerts.Revised(), c)
		}},
		{"TTFTTail", alerts.SlowerFor, func(p *player, i int, c change) bool {
			return p.tail.slower(i, t.Tail.Rows, c)
		}},
		{"TPSDrop", alerts.SlowerFor, func(p *player, i int, c change) bool {
			return p.tps.slower(i, t.TPS.Rows, c)
		}},
		{"TTFTDoubled", alerts.DoubledFor, func(p *player, i int, c change) bool {
			s := p.window(i*step, hour, c)
			return stat.WilsonLower(s.bad, s.events, stat.Z95) > alerts.DoubledBudgets*allowed &&
				p.ttft.slower(i, alerts.Doubled(), c)
		}},
		{"TTFTFarAbove", 0, func(p *player, i int, c change) bool { return p.farAbove(i*step, c) }},
	}
}

// farAbove is judged each minute.
func (p *player) farAbove(minute int, c change) bool {
	for m := minute; m < min(minute+step, len(p.load)); m++ {
		s := p.window(m, int(minutes(alerts.FarWindow)), c)
		if s.n > alerts.FarLeast && s.bad > alerts.FarLeast && s.bad >= s.events &&
			s.logs/s.n-p.threshold > math.Log(alerts.FarFactor) {
			return true
		}
	}
	return false
}

// falseAlerts counts the episodes of each alert, per target-month, over the targets.
func falseAlerts(players []*player) map[string]float64 {
	all := map[string]float64{}
	for _, p := range players {
		from := warmUp * perDay
		for _, w := range watchedAlerts() {
			n, _ := episodes(len(p.revised)-from, w.wait, func(i int) bool { return w.fires(p, from+i, change{}) })
			all[w.name] += float64(n) / float64(len(players)) * 30 / judged
		}
	}
	return all
}

// delays are the hours until an alert fires after a change, over all targets and starts; infinite for more than a day.
func delays(players []*player, alert string, after func(*player) counters) []float64 {
	var all []float64
	watch := watchedAlerts()
	w := watch[slices.IndexFunc(watch, func(w watched) bool { return w.name == alert })]
	for k, p := range players {
		c := change{counters: after(p)}
		random := rand.New(rand.NewPCG(uint64(k), 5))
		for range starts {
			from := warmUp*perDay + random.IntN((judged-2)*perDay)
			c.at = from * step
			_, first := episodes(horizon, w.wait, func(i int) bool { return w.fires(p, from+i, c) })
			h := math.Inf(1)
			if first >= 0 {
				h = float64(first*step) / hour
			}
			all = append(all, h)
		}
	}
	return all
}
