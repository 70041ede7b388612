package otel

import (
	"sync"

	"go.opentelemetry.io/otel/trace"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// Traces is the observer before all others. It is safe for concurrent use and never blocks.
type Traces struct {
	spans *spans
	next  prober.Observer

	mu sync.RWMutex
	of map[string]*watched
}

// Observe keeps a span of a result that is worth it, and passes everything on.
func (t *Traces) Observe(e prober.Event) {
	switch event := e.(type) {
	case prober.Started:
		t.start(event.Target)
	case prober.Stopped:
		t.stop(event.Target)
	case prober.Result:
		if w := t.target(event.Target); w != nil {
			event.Span = t.keep(w, event)
			e = event
		}
	}
	t.next.Observe(e)
}

func (t *Traces) start(target prober.Target) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of[target.Name] = newWatched(target)
}

func (t *Traces) stop(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.of, name)
}

func (t *Traces) target(name string) *watched {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.of[name]
}

// keep returns the id by which others may name the span, empty where they may not: none was kept, or the
// collector did not take the last batch, or has not taken any yet, so that this one may not arrive either.
func (t *Traces) keep(w *watched, r prober.Result) string {
	id, ok := idsOf(r.ID)
	if !ok {
		return ""
	}
	why, ok := t.decide(w, r, id.TraceID())
	if !ok {
		return ""
	}
	if !t.spans.outlet.reserve() {
		t.spans.counts.dropped.WithLabelValues(noRoom).Inc()
		return ""
	}
	t.spans.record(w, r, id, why)
	t.spans.counts.kept.WithLabelValues(string(why)).Inc()
	w.know(r)
	if !t.spans.outlet.accepted.Load() {
		return ""
	}
	w.named(r, id)
	return id.SpanID().String()
}

// idsOf are the ids that traceparent has told the server, if it was sent.
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
