package otel

import (
	"context"

	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// instrumentation is the name of the instrumentation scope.
const instrumentation = "github.com/firsttoken/firsttoken/exporter/otel"

// spans takes the spans that are kept to the collector. Each span holds a slot until the collector has it or it
// is given up. So memory is bounded whatever the collector does, and the SDK's own queue, which has as many
// places, never drops a span that is not counted:
//
//	reserve ─► span ─► queue ─► batch ─► export ─► slot is free again
//	   └ no slot: no span
type spans struct {
	tracer    trace.Tracer
	processor sdktrace.SpanProcessor
	sampler   sdktrace.Sampler
	exporter  *slotExporter
	self      *selfMetrics
}

func newSpans(e sdktrace.SpanExporter, about *resource.Resource, self *selfMetrics, o Options) *spans {
	out := &slotExporter{next: e, self: self, log: &exportLog{log: o.Logger}, done: make(chan struct{})}
	out.free.Store(int64(o.Settings.queue))
	processor := sdktrace.NewBatchSpanProcessor(out, sdktrace.WithMaxQueueSize(o.Settings.queue))
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithSpanProcessor(processor),
		sdktrace.WithSampler(sdktrace.AlwaysSample()), // the decision was made before
		sdktrace.WithIDGenerator(presetIDs{}),
		sdktrace.WithResource(about),
	)
	return &spans{
		tracer:    provider.Tracer(instrumentation, trace.WithInstrumentationVersion(o.Version)),
		processor: processor,
		// It decides by the trace's id, so servers with a sampler of that name keep the same traces.
		sampler:  sdktrace.TraceIDRatioBased(o.Settings.ratio),
		exporter: out,
		self:     self,
	}
}

// sampled reports whether the sampler keeps a trace.
func (s *spans) sampled(id trace.TraceID) bool {
	p := sdktrace.SamplingParameters{ParentContext: context.Background(), TraceID: id}
	return s.sampler.ShouldSample(p).Decision == sdktrace.RecordAndSample
}

// close exports what is left until ctx ends, and waits for the goroutines that export.
func (s *spans) close(ctx context.Context) {
	s.exporter.closed.Store(true)
	_ = s.processor.Shutdown(ctx) // losses have been counted and logged
	s.exporter.abort()
	<-s.exporter.done
}
