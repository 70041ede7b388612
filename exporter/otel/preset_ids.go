package otel

import (
	"context"

	"go.opentelemetry.io/otel/trace"
)

// presetIDs is an id generator that takes the ids of a span from its context.
type presetIDs struct{}

// presetIDsKey is the context key of a trace.SpanContext with the ids.
type presetIDsKey struct{}

// NewIDs returns the ids in the context.
func (presetIDs) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	c, _ := ctx.Value(presetIDsKey{}).(trace.SpanContext)
	return c.TraceID(), c.SpanID()
}

// NewSpanID returns the span id in the context.
func (presetIDs) NewSpanID(ctx context.Context, _ trace.TraceID) trace.SpanID {
	c, _ := ctx.Value(presetIDsKey{}).(trace.SpanContext)
	return c.SpanID()
}
