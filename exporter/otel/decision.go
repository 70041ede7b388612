package otel

import (
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
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
	case w.missed(r):
		return slow, true
	case w.isNew(r):
		return revision, true
	}
	return ratio, t.spans.sampled(id)
}

// missed reports whether a finished answer is a bad event of one of its target's objectives, as
// slo.Judge judges it, recall included. A bootstrap turn has no objectives but availability.
func (w *watched) missed(r prober.Result) bool {
	if !r.Steady() || r.Outcome != chat.OK {
		return false
	}
	if o, ok := w.objectives[slo.TTFT]; ok && late(r, o) {
		return true
	}
	if o, ok := w.objectives[slo.TPS]; ok {
		if tps, counted := r.TPS(); counted && tps < o.Threshold {
			return true
		}
	}
	_, asks := w.objectives[slo.Recall]
	return asks && r.Recall == chat.Wrong
}

// late holds for a first token past its threshold, and for one that took so long to set up a connection
// for that the verdict could not wait for it.
func late(r prober.Result, o slo.Objective) bool {
	threshold := time.Duration(o.Threshold * float64(time.Second))
	ttft, ok := r.TTFT()
	if !ok {
		return true // an answer without a single token
	}
	return ttft > threshold || r.FirstToken.Sub(r.Started) > threshold+slo.Grace
}
