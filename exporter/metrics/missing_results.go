package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
)

// NewMissingResults registers the counter of results that the results file lacks.
func NewMissingResults(reg prometheus.Registerer) (prometheus.Counter, error) {
	c, s := newMissingResults(reg)
	return c, s.Err()
}

func newMissingResults(reg prometheus.Registerer) (prometheus.Counter, *series.Registry) {
	s := series.NewRegistry(reg)
	return s.Counter(series.Family{
		Name: "results_write_errors_total",
		Help: "Results that are missing from the results file, because it could not be written or not fast enough.",
	}), s
}
