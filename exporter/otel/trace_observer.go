package otel

import (
	"sync"

	"go.opentelemetry.io/otel/trace"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// traceObserver runs before all other observers. It is safe for concurrent use and never blocks.
type traceObserver struct {
	spans *spans
	next  prober.Observer

	mu      sync.RWMutex
	targets map[string]*targetState
}

// Observe keeps the spans of some results, and passes every event on.
func (t *traceObserver) Observe(e prober.Event) {
	switch event := e.(type) {
	case prober.Started:
		t.start(event.Target)
	case prober.Described:
		t.describe(event.Target)
	case prober.Stopped:
		t.stop(event.Target)
	case prober.Result:
		if state := t.target(event.Target); state != nil {
			event.Span = t.keep(state, event)
			e = event
		}
	}
	t.next.Observe(e)
}

func (t *traceObserver) start(target prober.Target) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.targets[target.Name] = newTargetState(target)
}

// describe changes what the next spans say of a target. Its revisions and turns stay.
func (t *traceObserver) describe(target prober.Target) {
	if state := t.target(target.Name); state != nil {
		state.describe(target)
	}
}

func (t *traceObserver) stop(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.targets, name)
}

func (t *traceObserver) target(name string) *targetState {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.targets[name]
}

// keep returns the id by which exemplars and results may name the span. It is empty when no span was kept, or
// when the collector did not accept the last batch or has not accepted any yet: this one may not arrive either.
func (t *traceObserver) keep(state *targetState, r prober.Result) string {
	id, ok := idsOf(r.ID)
	if !ok {
		return ""
	}
	why, ok := t.decide(state, r, id.TraceID())
	if !ok {
		return ""
	}
	if !t.spans.exporter.reserve() {
		t.spans.self.dropped.WithLabelValues(dropQueueFull).Inc()
		return ""
	}
	t.spans.record(state, r, id, why)
	t.spans.self.kept.WithLabelValues(string(why)).Inc()
	state.rememberRevision(r)
	if !t.spans.exporter.accepted.Load() {
		return ""
	}
	state.rememberTurn(r, id)
	return id.SpanID().String()
}

// idsOf returns the ids that the request carried in its traceparent header.
func idsOf(requestID string) (trace.SpanContext, bool) {
	span, ok := chat.SpanID(requestID)
	if !ok {
		return trace.SpanContext{}, false
	}
	t, errT := trace.TraceIDFromHex(requestID)
	s, errS := trace.SpanIDFromHex(span)
	c := trace.NewSpanContext(trace.SpanContextConfig{TraceID: t, SpanID: s, TraceFlags: trace.FlagsSampled})
	return c, errT == nil && errS == nil
}
