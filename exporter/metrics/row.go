package metrics

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
)

// row is a family of series that each target has: what it is called, when it counts, and what it counts. A new
// counter, gauge or histogram is a new row in one of the tables below; everything else follows from the row.
type row struct {
	family       series.Family
	byPopulation bool // the series are split by cache and context, and their buckets carry exemplars
	when         when
	update       update
	// only picks the label values that a target has; nil picks all.
	only func(t prober.Target, values []string) bool
}

// rows are the tables of all families that come and go with a target, but for those of info and revision, whose
// label values are not known in advance.
func rows(targets []prober.Target) []row {
	return slices.Concat(
		firstTokenRows(targets), finishedRows(targets), logRows(),
		networkRows(), outcomeRows(), waitingRows(), exclusionRows(), departureRows(), tokenRows(), loadRows(),
		calibrationRows(), objectiveRows(),
	)
}

// picks is only for one target.
func (r row) picks(t prober.Target) func(values []string) bool {
	if r.only == nil {
		return nil
	}
	return func(values []string) bool { return r.only(t, values) }
}

// update makes the function that brings the series of one target up to date with an observation. It is called once
// for each start of a target, so that function can hold state. The series stand in the order of the label values.
type update func(t prober.Target, s []prometheus.Observer) func(*observation)

// seconds observes a duration of each result that has it.
func seconds(of func(*prober.Result) (time.Duration, bool)) update {
	return each(func(s []prometheus.Observer, o *observation) {
		if d, ok := of(&o.result); ok {
			observe(s[o.population], d.Seconds(), o.exemplar)
		}
	})
}

// value observes a number of each result that has it.
func value(of func(*prober.Result) (float64, bool)) update {
	return each(func(s []prometheus.Observer, o *observation) {
		if v, ok := of(&o.result); ok {
			observe(s[o.population], v, o.exemplar)
		}
	})
}

// countBy counts each observation under the label value that it has. Values outside the set are not counted.
func countBy[V comparable](values []V, of func(*observation) V) update {
	return each(func(s []prometheus.Observer, o *observation) {
		if i := slices.Index(values, of(o)); i >= 0 && s[i] != nil {
			s[i].Observe(1)
		}
	})
}

// each calls add with each observation.
func each(add func(s []prometheus.Observer, o *observation)) update {
	return func(_ prober.Target, s []prometheus.Observer) func(*observation) {
		return func(o *observation) { add(s, o) }
	}
}
