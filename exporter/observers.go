package exporter

import "github.com/firsttoken/firsttoken/prober"

// Observers are told everything in turn.
type Observers []prober.Observer

// Observe passes e on.
func (all Observers) Observe(e prober.Event) {
	for _, o := range all {
		o.Observe(e)
	}
}
