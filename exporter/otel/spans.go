package otel

import (
	"context"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// spans is the way from an exchange that is worth keeping to the collector. Each span takes a slot from
// when it is made until the collector has it or it is given up, so that memory is bounded by their number
// whatever the collector does, and the SDK's own queue, which has as much room, never overflows unseen:
//
//	reserve ─► span ─► queue ─► batch ─► export ─► slot is free again
//	   └ no slot: no span
type spans struct {
	tracer    trace.Tracer
	processor sdktrace.SpanProcessor
	sampler   sdktrace.Sampler
	outlet    *outlet
	counts    *counts
}

func newSpans(e sdktrace.SpanExporter, about *resource.Resource, c *counts, o Options) *spans {
	out := &outlet{next: e, counts: c, complaints: &complaints{log: o.Logger}, done: make(chan struct{})}
	out.free.Store(int64(o.Settings.queue))
	processor := sdktrace.NewBatchSpanProcessor(out, sdktrace.WithMaxQueueSize(o.Settings.queue))
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithSpanProcessor(processor),
		sdktrace.WithSampler(sdktrace.AlwaysSample()), // the decision has been made
		sdktrace.WithIDGenerator(given{}),
		sdktrace.WithResource(about),
	)
	return &spans{
		tracer:    provider.Tracer("github.com/firsttoken/firsttoken/exporter/otel", trace.WithInstrumentationVersion(o.Version)),
		processor: processor,
		// By the trace's id, as every sampler of that name has it: servers that sample so keep the same ones.
		sampler: sdktrace.TraceIDRatioBased(o.Settings.ratio),
		outlet:  out,
		counts:  c,
	}
}

// sampled says what the ratio says of a trace.
func (s *spans) sampled(id trace.TraceID) bool {
	p := sdktrace.SamplingParameters{ParentContext: context.Background(), TraceID: id}
	return s.sampler.ShouldSample(p).Decision == sdktrace.RecordAndSample
}

// close exports what is left until ctx ends and waits for the goroutines that did.
func (s *spans) close(ctx context.Context) {
	s.outlet.closed.Store(true)
	_ = s.processor.Shutdown(ctx) // what was lost has been counted and logged
	s.outlet.halt()
	<-s.outlet.done
}

// given takes the ids of a span from its context.
type given struct{}

// contextKey of a trace.SpanContext: the ids that the span is to have.
type contextKey struct{}

// NewIDs returns the ids that are asked for.
func (given) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	c, _ := ctx.Value(contextKey{}).(trace.SpanContext)
	return c.TraceID(), c.SpanID()
}

// NewSpanID returns the id that is asked for.
func (given) NewSpanID(ctx context.Context, _ trace.TraceID) trace.SpanID {
	c, _ := ctx.Value(contextKey{}).(trace.SpanContext)
	return c.SpanID()
}

// outlet is the last step: it frees slots, counts what is lost, and can be cut off.
type outlet struct {
	next       sdktrace.SpanExporter
	counts     *counts
	complaints *complaints
	free       atomic.Int64
	closed     atomic.Bool
	accepted   atomic.Bool // the last batch was
	done       chan struct{}

	mu     sync.Mutex
	halted bool
	cancel context.CancelFunc // of the export under way
}

// reserve takes a slot, if there is one.
func (o *outlet) reserve() bool {
	if o.closed.Load() {
		return false
	}
	if o.free.Add(-1) < 0 {
		o.free.Add(1)
		return false
	}
	return true
}

// ExportSpans is called by the batch processor, one batch at a time. It returns no error: nobody is there
// to hear of it.
func (o *outlet) ExportSpans(ctx context.Context, batch []sdktrace.ReadOnlySpan) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o.begin(cancel)
	err := o.next.ExportSpans(ctx, batch)
	o.accepted.Store(err == nil)
	if err != nil {
		o.counts.dropped.WithLabelValues(notTaken).Add(float64(len(batch)))
		o.counts.failed.WithLabelValues("traces").Inc()
		o.complaints.say("traces", err)
	}
	o.free.Add(int64(len(batch)))
	return nil
}

func (o *outlet) begin(cancel context.CancelFunc) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cancel = cancel
	if o.halted {
		cancel()
	}
}

// halt ends the export under way and lets all to come fail at once.
func (o *outlet) halt() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.halted = true
	if o.cancel != nil {
		o.cancel()
	}
}

// Shutdown is the batch processor's last call.
func (o *outlet) Shutdown(ctx context.Context) error {
	defer close(o.done)
	return o.next.Shutdown(ctx)
}
