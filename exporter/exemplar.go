package exporter

import (
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober"
)

// exemplarOf names the exchange behind an observation: from a bucket to the line of the results
// file that has the same request_id. Nil where there is nothing fit to name.
func exemplarOf(r prober.Result) prometheus.Labels {
	const name = "request_id"
	if r.ID == "" || !utf8.ValidString(r.ID) || utf8.RuneCountInString(name+r.ID) > prometheus.ExemplarMaxRunes {
		return nil // the client library would panic
	}
	return prometheus.Labels{name: r.ID}
}

// measure is the one way by which a latency reaches a histogram.
func measure(o prometheus.Observer, value float64, exemplar prometheus.Labels) {
	if with, ok := o.(prometheus.ExemplarObserver); ok && exemplar != nil {
		with.ObserveWithExemplar(value, exemplar)
		return
	}
	o.Observe(value)
}
