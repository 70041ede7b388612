package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
)

// Reloads are the series about the configuration.
type Reloads struct {
	successful, at, hash prometheus.Gauge
}

// NewReloads registers the series; until the first load they are 0.
func NewReloads(reg prometheus.Registerer) (*Reloads, error) {
	r, s := newReloads(reg)
	return r, s.Err()
}

func newReloads(reg prometheus.Registerer) (*Reloads, *series.Registry) {
	s := series.NewRegistry(reg)
	return &Reloads{
		successful: s.Gauge(series.Family{
			Name: "config_last_reload_successful",
			Help: "Whether the last attempt to load the configuration succeeded.",
		}),
		at: s.Gauge(series.Family{
			Name: "config_last_reload_success_timestamp_seconds", Unit: "seconds",
			Help: "When the configuration was last loaded, in seconds since 1970.",
		}),
		hash: s.Gauge(series.Family{
			Name: "config_hash",
			Help: "Hash of the configuration in use, to see whether replicas agree.",
		}),
	}, s
}

// Succeeded records that the configuration with this hash is in use.
func (r *Reloads) Succeeded(hash uint64, at time.Time) {
	const exact = 1<<48 - 1 // a float64 holds 53 bits; Alertmanager keeps as many
	r.successful.Set(1)
	r.at.Set(unixSeconds(at))
	r.hash.Set(float64(hash & exact))
}

// Failed records that a configuration was refused; the one before it stays in use.
func (r *Reloads) Failed() { r.successful.Set(0) }
