package otel

import (
	"go.opentelemetry.io/otel/trace"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// decide is the tail decision: what somebody will ask about is kept always, the rest by ratio.
//
//	exchange                          kept because
//	failed, whatever else             failed
//	past its SLO                      slow
//	first good answer of a revision   revision
//	any other, cancelled ones too     ratio, if the sampler says so
func (t *Traces) decide(w *watched, r prober.Result, id trace.TraceID) (reason, bool) {
	switch {
	case r.Outcome != chat.OK && r.Outcome != chat.Cancelled:
		return failed, true
	case r.Outcome == chat.OK && len(r.Missed) > 0:
		return slow, true
	case w.isNew(r):
		return revision, true
	}
	return ratio, t.spans.sampled(id)
}
