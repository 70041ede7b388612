package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
)

// observation is what happened, on its way to the families of a target: a result, or another event. Observations are
// used again, as each would otherwise take a kilobyte of memory of its own.
type observation struct {
	result     prober.Result     // where event is nil
	event      any               // a prober.Event that is no result, or minuteEnded
	population int               // place among the populations of a target; 0 where the family is not split
	exemplar   prometheus.Labels // nil for none
}

// target has everything of one target that can be resolved once: an event costs no look-up by label.
type target struct {
	families []targetFamily
	labels   []series.Label // of the populations
	revision *targetRevision
	exemplar func(prober.Result) prometheus.Labels
}

// targetFamily is a row with the series of one target.
type targetFamily struct {
	when         when
	byPopulation bool
	update       func(*observation)
}

// add adds a row with the series that it has for the target. One without update stays at zero, and fails a test.
func (t *target) add(r row, of prober.Target, s []prometheus.Observer) {
	if r.update != nil {
		f := targetFamily{when: r.when, byPopulation: r.byPopulation, update: r.update(of, s)}
		t.families = append(t.families, f)
	}
}

// observe passes an observation on to the families that it reaches.
func (t *target) observe(o *observation) {
	if o.event == nil {
		t.observeResult(o)
		return
	}
	for _, f := range t.families {
		if f.when&otherEvents != 0 {
			f.update(o)
		}
	}
}

// observeResult comes to the families that are split by population last, as they alone need place and exemplar. A
// result whose usage contradicts what its turn expected of the cache belongs to none of the populations.
func (t *target) observeResult(o *observation) {
	ending, steady := endingOf(&o.result), o.result.Steady()
	if goodResult.reaches(ending, steady) {
		t.revision.observe(&o.result)
	}
	t.update(o, ending, steady, false)
	population, known := series.Index(t.labels, o.result.Turn.Cache(), o.result.Context())
	if !steady || !known || o.result.CacheResult() != prober.Expected {
		return
	}
	o.population, o.exemplar = population, t.exemplar(o.result)
	t.update(o, ending, steady, true)
}

func (t *target) update(o *observation, ending when, steady, byPopulation bool) {
	for _, f := range t.families {
		if f.byPopulation == byPopulation && f.when.reaches(ending, steady) {
			f.update(o)
		}
	}
}
