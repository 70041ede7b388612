package metrics

import (
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// requestExemplar names the exchange behind an observation: the request_id leads from a bucket to the line of the
// results file, and the ids of the span, if one was kept, lead to its trace. It is nil where the result has no id that
// can be an exemplar.
func requestExemplar(r prober.Result) prometheus.Labels {
	const name = "request_id"
	if r.ID == "" || !utf8.ValidString(r.ID) || utf8.RuneCountInString(name+r.ID) > prometheus.ExemplarMaxRunes {
		return nil // the client library would panic
	}
	if span, ok := chat.SpanID(r.ID); ok && span == r.Span {
		return prometheus.Labels{name: r.ID, "trace_id": r.ID, "span_id": r.Span}
	}
	return prometheus.Labels{name: r.ID}
}

// spanExemplar names only exchanges whose span was kept. A bucket holds one exemplar, and an exemplar without a stored
// trace must not displace one that has a trace.
func spanExemplar(r prober.Result) prometheus.Labels {
	if r.Span == "" {
		return nil
	}
	return requestExemplar(r)
}

// observe is the one way by which a value reaches a series with an exemplar, which is nil for none.
func observe(o prometheus.Observer, value float64, exemplar prometheus.Labels) {
	if exemplar != nil {
		if with, ok := o.(prometheus.ExemplarObserver); ok {
			with.ObserveWithExemplar(value, exemplar)
			return
		}
	}
	o.Observe(value)
}
