package otel

import (
	"context"
	"sync"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// slotExporter exports batches, frees their slots and counts the losses. It can be aborted.
type slotExporter struct {
	next     sdktrace.SpanExporter
	self     *selfMetrics
	log      *exportLog
	free     atomic.Int64
	closed   atomic.Bool
	accepted atomic.Bool // the collector took the last batch
	done     chan struct{}

	mu      sync.Mutex
	aborted bool
	cancel  context.CancelFunc // of the export under way
}

// reserve takes a slot if one is free.
func (e *slotExporter) reserve() bool {
	if e.closed.Load() {
		return false
	}
	if e.free.Add(-1) < 0 {
		e.free.Add(1)
		return false
	}
	return true
}

// ExportSpans is called by the batch processor, one batch at a time. It never fails, because no caller
// handles the error.
func (e *slotExporter) ExportSpans(ctx context.Context, batch []sdktrace.ReadOnlySpan) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e.begin(cancel)
	err := e.next.ExportSpans(ctx, batch)
	e.accepted.Store(err == nil)
	if err != nil {
		e.self.dropped.WithLabelValues(dropExportFailed).Add(float64(len(batch)))
		e.self.failed.WithLabelValues("traces").Inc()
		e.log.failure("traces", err)
	}
	e.free.Add(int64(len(batch)))
	return nil
}

func (e *slotExporter) begin(cancel context.CancelFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cancel = cancel
	if e.aborted {
		cancel()
	}
}

// abort ends the export under way, and makes all later ones fail at once.
func (e *slotExporter) abort() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.aborted = true
	if e.cancel != nil {
		e.cancel()
	}
}

// Shutdown is the last call of the batch processor.
func (e *slotExporter) Shutdown(ctx context.Context) error {
	defer close(e.done)
	return e.next.Shutdown(ctx)
}
