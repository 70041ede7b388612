package prober

import (
	"math/rand/v2"

	"github.com/cespare/xxhash/v2"

	"github.com/firsttoken/firsttoken/prober/workload"
)

// newLoop puts the parts of a target's loop together.
func (p *Prober) newLoop(t Target, s Sender) *loop {
	random := rand.New(rand.NewPCG(p.options.Seed, xxhash.Sum64String(t.Name)))
	observer := doubting(p.options.Observer, p.options.Trust)
	l := &loop{
		target:   t,
		sender:   s,
		observer: observer,
		trust:    p.options.Trust,
		memory:   p.options.Memory,
		newTimer: p.options.NewTimer,
		resumed:  p.options.Resume,
		log:      p.options.Logger,
		random:   random,
		arrivals: newArrivals(random, t.Load.ArrivalShape),
		backoff:  newBackoff(t.Load.TokensPerMinute),
		pause:    newPauseState(t, p.options.Pauses),
		failing:  newFailing(t.Load.TokensPerMinute),
		failures: failureLog{log: p.options.Logger, target: t.Name},
		budget:   newBudgetGate(t, p.options.Budget),
		finished: make(chan *inflight, t.Load.MaxInFlight+1), // and a recovery probe
		unused:   newUnusedSlots(t, observer),
	}
	l.pool = &pool{
		shape:    &l.target.Workload,
		corpus:   p.corpus,
		cal:      workload.NewCalibration(t.Workload.TokensPerWord),
		id:       p.identity(t.Name),
		random:   random,
		estimate: p.options.Estimates.Of(t.Workload),
	}
	l.pool.size(t.Load)
	l.ceilings = t.ceilings(l.pool.estimate)
	return l
}

// identity gives each start of a loop sessions that no server has in its cache: those of a changed
// target differ from those that it had before.
func (p *Prober) identity(target string) workload.Identity {
	p.starts++
	return workload.Identity{Seed: p.options.Seed, Target: target, Epoch: p.starts}
}
