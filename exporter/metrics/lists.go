package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
)

// Lists are the series about the lists of targets that the configuration names, with the names and labels of
// Prometheus' own: mechanism is file or http, config is the list's place in the configuration, such as file_sd[0].
type Lists struct {
	targets, at *prometheus.GaugeVec
	failures    *prometheus.CounterVec
}

// NewLists registers the families; a list has its series from Watch to Forget.
func NewLists(reg prometheus.Registerer) (*Lists, error) {
	l, s := newLists(reg)
	return l, s.Err()
}

func newLists(reg prometheus.Registerer) (*Lists, *series.Registry) {
	s := series.NewRegistry(reg)
	labels := []series.Label{{Name: "mechanism"}, {Name: "config"}}
	return &Lists{
		targets: s.GaugeVec(series.Family{
			Name: "sd_discovered_targets", Labels: labels,
			Help: "Targets of a list of file_sd or http_sd, by its last refresh that was good.",
		}),
		failures: s.CounterVec(series.Family{
			Name: "sd_refresh_failures_total", Labels: labels,
			Help: "Refreshes of a list that failed; the list before stays in use.",
		}),
		at: s.GaugeVec(series.Family{
			Name: "sd_last_refresh_success_timestamp_seconds", Unit: "seconds", Labels: labels,
			Help: "When a list was last read and found good, in seconds since 1970; 0 before.",
		}),
	}, s
}

// Watch creates the series of a list at zero.
func (l *Lists) Watch(mechanism, config string) {
	l.targets.WithLabelValues(mechanism, config)
	l.failures.WithLabelValues(mechanism, config)
	l.at.WithLabelValues(mechanism, config)
}

// Found records a good refresh.
func (l *Lists) Found(mechanism, config string, targets int, at time.Time) {
	l.targets.WithLabelValues(mechanism, config).Set(float64(targets))
	l.at.WithLabelValues(mechanism, config).Set(unixSeconds(at))
}

// Failed records a refresh that failed.
func (l *Lists) Failed(mechanism, config string) { l.failures.WithLabelValues(mechanism, config).Inc() }

// Forget deletes the series of a list.
func (l *Lists) Forget(mechanism, config string) {
	l.targets.DeleteLabelValues(mechanism, config)
	l.failures.DeleteLabelValues(mechanism, config)
	l.at.DeleteLabelValues(mechanism, config)
}
