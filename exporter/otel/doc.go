// Package otel exports what the prober observed to OpenTelemetry collectors: a span for each exchange that
// is worth a look, and the registry of /metrics, pushed where it cannot be scraped. The standard OTEL_
// variables configure it. It does nothing unless they name an endpoint.
//
// The decision to keep a span is made when its exchange has ended, and before the other observers see the
// result, so that exemplars and results name only spans that exist:
//
//	prober ── Event ──► traceObserver ── Event, Result.Span filled in ──┬─ metrics (exemplars)
//	                      │ kept: slow, failed, first of a              ├─ history
//	                      │ revision; of the rest a share               └─ results
//	                      ▼
//	                    slots ── queue ── batch ── OTLP ──► collector
//	                      └ none free: dropped, counted, never named
//
// It measures nothing: every instant on a span comes from the exchange, every number from a method of
// prober.Result, every pushed sample from the registry. It never waits for a collector. It knows no prompts,
// answers or keys: only the attributes in record.go leave the process. Error texts do not, because a server
// may quote in them what it was sent.
package otel
