package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// Targets are the series of all targets. It is a prober.Observer, safe for concurrent use.
type Targets struct {
	latency    latency
	network    network
	outcomes   outcomes
	tokens     tokens
	objectives objectives
	pace       pace
	info       *info
	revision   revision
	exemplar   func(prober.Result) prometheus.Labels

	mu sync.RWMutex
	of map[string]*target
}

// Options shape the series.
type Options struct {
	// Targets are those known at the start. Their TTFT and TPS thresholds become bounds of classic
	// histograms, which cannot change later: a threshold that a reload brings is a bound only after
	// a restart. The SLO counters judge it exactly from the reload on, and a native histogram
	// resolves it within 5 % all the same, so nothing that alerts depends on it.
	Targets []prober.Target
	// Traced says that an observer before this one keeps spans and names them in Result.Span. Exemplars
	// then name these exchanges only.
	Traced bool
}

// NewTargets registers all families; there are no series before a target has started. The error is
// that of the registry, which knows one of them already.
func NewTargets(reg prometheus.Registerer, o Options) (*Targets, error) {
	m, s := newTargets(reg, o)
	return m, s.Err()
}

func newTargets(reg prometheus.Registerer, o Options) (*Targets, *series.Registry) {
	s := series.NewRegistry(reg)
	exemplar := exemplarOf
	if o.Traced {
		exemplar = spanOf
	}
	return &Targets{
		exemplar:   exemplar,
		latency:    newLatency(s, o.Targets),
		network:    newNetwork(s),
		outcomes:   newOutcomes(s),
		tokens:     newTokens(s),
		objectives: newObjectives(s),
		pace:       newPace(s),
		info:       newInfo(s),
		revision:   newRevision(s),
		of:         map[string]*target{},
	}, s
}

// target is everything of one target that can be resolved once: an event costs no look-up by label.
type target struct {
	populations []population // by place in populationLabels
	labels      []series.Label
	network     networkOf
	outcomes    outcomesOf
	tokens      tokensOf
	objectives  map[slo.Name]objectiveOf
	pace        paceOf
	revision    *revisionOf
	exemplar    func(prober.Result) prometheus.Labels
}

// Observe counts one event. Events of a target that has not started or has stopped are dropped.
func (m *Targets) Observe(e prober.Event) {
	switch e := e.(type) {
	case prober.Started:
		m.start(e.Target)
	case prober.Stopped:
		m.stop(e.Target)
	case prober.Result:
		m.with(e.Target, func(t *target) { t.observe(e) })
	case prober.Skipped:
		m.with(e.Target, func(t *target) { t.outcomes.skip(e.Reason) })
	case prober.RateChanged:
		m.with(e.Target, func(t *target) { t.pace.set(e) })
	case prober.Judged:
		m.with(e.Target, func(t *target) {
			if o, ok := t.objectives[e.SLO]; ok {
				o.observe(e)
			}
		})
	}
}

func (m *Targets) with(name string, do func(*target)) {
	m.mu.RLock()
	t := m.of[name]
	m.mu.RUnlock()
	if t != nil {
		do(t)
	}
}

func (t *target) observe(r prober.Result) {
	t.outcomes.observe(r)
	t.tokens.observe(r)
	t.pace.minute.observe(r)
	t.network.observe(r)
	t.revision.observe(r)
	if !r.Steady() {
		return
	}
	if i, ok := series.Index(t.labels, r.Turn.Cache(), r.Context()); ok {
		t.populations[i].observe(r, t.exemplar(r))
	}
}

// start brings every label set of a target into being at zero, so that increase() sees its first
// event. A target that starts again starts at zero again.
func (m *Targets) start(t prober.Target) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delete(t.Name)
	name := valid(t.Name)
	m.info.add(t)
	m.of[t.Name] = &target{
		populations: m.latency.create(name),
		labels:      populationLabels(),
		network:     m.network.create(name),
		outcomes:    m.outcomes.create(name),
		tokens:      m.tokens.create(name, t.Prices),
		objectives:  m.objectives.create(name, t.SLOs),
		pace:        m.pace.create(name, time.Now()),
		revision:    m.revision.create(name),
		exemplar:    m.exemplar,
	}
}

func (m *Targets) stop(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delete(name)
}

// delete drops the label sets of a target by name: a search through those of all others would make
// the end of a fleet take the square of its size.
func (m *Targets) delete(targetName string) {
	t := m.of[targetName]
	if t == nil {
		return
	}
	delete(m.of, targetName)
	name := valid(targetName)
	m.latency.delete(name)
	m.network.delete(name)
	m.outcomes.delete(name)
	m.tokens.delete(name)
	m.objectives.delete(name)
	m.pace.delete(name)
	m.info.delete(targetName)
	t.revision.delete()
}

// Run closes each UTC minute as it passes, until ctx ends. If the process slept through several,
// what it then has goes to one of them and the others are not observed: nothing was probed.
func (m *Targets) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		end := time.Now().Truncate(time.Minute).Add(time.Minute)
		timer.Reset(time.Until(end)) // by the wall clock: Truncate drops the monotonic reading
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if now := time.Now(); !now.Before(end) { // before it, the wall clock was set back meanwhile
			m.closeMinute(now.Truncate(time.Minute))
		}
	}
}

func (m *Targets) closeMinute(end time.Time) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, t := range m.of {
		t.pace.minute.closed(end)
	}
}
