package metrics

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
)

// Targets are the series of all targets. It is a prober.Observer, safe for concurrent use.
type Targets struct {
	rows     []row
	vecs     []series.Vec // of the rows
	info     *info
	revision revision
	exemplar func(prober.Result) prometheus.Labels

	observations sync.Pool // of *observation

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

// NewTargets registers all families; there are no series before a target has started. It fails where the registry
// has one of them already.
func NewTargets(reg prometheus.Registerer, o Options) (*Targets, error) {
	m, s := newTargets(reg, o)
	return m, s.Err()
}

func newTargets(reg prometheus.Registerer, o Options) (*Targets, *series.Registry) {
	s := series.NewRegistry(reg)
	m := &Targets{
		rows: rows(o.Targets), info: newInfo(s), revision: newRevision(s),
		exemplar: requestExemplar, of: map[string]*target{},
		observations: sync.Pool{New: func() any { return new(observation) }},
	}
	if o.Traced {
		m.exemplar = spanExemplar
	}
	for _, r := range m.rows {
		m.vecs = append(m.vecs, s.Vec(r.family))
	}
	return m, s
}

// Observe counts one event. Events of a target that has not started or has stopped are dropped.
func (m *Targets) Observe(e prober.Event) {
	switch e := e.(type) {
	case prober.Started:
		m.start(e.Target)
	case prober.Described:
		m.describe(e.Target)
	case prober.Stopped:
		m.stop(e.Target)
	case prober.Result:
		m.result(e)
	case prober.Sent:
		m.event(e.Target, e)
	case prober.FirstToken:
		m.event(e.Target, e)
	case prober.Skipped:
		m.event(e.Target, e)
	case prober.RateChanged:
		m.event(e.Target, e)
	case prober.Judged:
		m.event(e.Target, e)
	}
}

func (m *Targets) result(r prober.Result) {
	t := m.find(r.Target)
	if t == nil {
		return
	}
	o := m.observations.Get().(*observation)
	o.result = r
	t.observe(o)
	*o = observation{}
	m.observations.Put(o)
}

func (m *Targets) event(name string, e prober.Event) {
	if t := m.find(name); t != nil {
		t.observe(&observation{event: e})
	}
}

// find is nil for a target that does not run.
func (m *Targets) find(name string) *target {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.of[name]
}

// start creates every series of a target at zero, so that increase() sees its first event. A target
// that starts again starts at zero again.
func (m *Targets) start(t prober.Target) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delete(t.Name)
	name := valid(t.Name)
	created := &target{labels: populationLabels(), revision: m.revision.create(name), exemplar: m.exemplar}
	for i, r := range m.rows {
		created.add(r, t, m.vecs[i].Create(name, r.picks(t)))
	}
	m.info.add(t)
	m.of[t.Name] = created
}

// describe replaces firsttoken_target_info, the only series with labels of the configuration: a scrape sees the old one
// or the new one. All others go on, and no counter starts again.
func (m *Targets) describe(t prober.Target) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of[t.Name] != nil {
		m.info.add(t)
	}
}

func (m *Targets) stop(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delete(name)
}

// delete deletes all series of a target.
func (m *Targets) delete(targetName string) {
	t := m.of[targetName]
	if t == nil {
		return
	}
	delete(m.of, targetName)
	name := valid(targetName)
	for _, v := range m.vecs {
		v.Delete(name)
	}
	m.info.delete(targetName)
	t.revision.delete()
}
