package otel

import (
	"go.opentelemetry.io/otel/trace"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// decide is the tail decision: exchanges worth a question are always kept, the others by ratio.
//
//	exchange                          kept because
//	failed, whatever else             failed
//	past its SLO                      slow
//	first good answer of a revision   revision
//	any other, cancelled ones too     ratio, if the sampler says so
func (t *traceObserver) decide(state *targetState, r prober.Result, id trace.TraceID) (keepReason, bool) {
	switch {
	case r.Outcome != chat.OK && r.Outcome != chat.Cancelled:
		return keptFailed, true
	case r.Outcome == chat.OK && len(r.Missed) > 0:
		return keptSlow, true
	case state.isNewRevision(r):
		return keptRevision, true
	}
	return keptRatio, t.spans.sampled(id)
}
