package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/exporter/series"
)

// LostResults counts the results that the results file lacks. It is a results.LossCounter.
type LostResults struct {
	counters map[results.Loss]prometheus.Counter
}

// NewLostResults registers the counters, at zero.
func NewLostResults(reg prometheus.Registerer) (*LostResults, error) {
	l, s := newLostResults(reg)
	return l, s.Err()
}

func newLostResults(reg prometheus.Registerer) (*LostResults, *series.Registry) {
	s := series.NewRegistry(reg)
	all := s.Counters(series.Family{
		Name:   "results_lost_total",
		Help:   "Results that are missing from the results file, by why.",
		Labels: []series.Label{series.LabelOf("reason", results.Losses()...)},
	})
	l := &LostResults{counters: map[results.Loss]prometheus.Counter{}}
	for i, why := range results.Losses() {
		l.counters[why] = all[i]
	}
	return l, s
}

// Lost counts n results that are lost for one reason.
func (l *LostResults) Lost(why results.Loss, n int) { l.counters[why].Add(float64(n)) }
