// Package otel joins what the prober observed to the rest of an SRE's tools by OpenTelemetry: a span for
// each exchange that is worth a look, and the registry that /metrics serves, pushed for those who cannot
// scrape. It is set up by the standard OTEL_ variables and does nothing unless they name an endpoint.
//
// The decision to keep a span is made when its exchange has ended, and before anybody else hears of the
// exchange, so that exemplars and results can name the spans that exist and no others:
//
//	prober ── Event ──► Traces ── Event, Result.Span filled in ──┬─ metrics (exemplars)
//	                      │ kept: slow, failed, first of a       ├─ history
//	                      │ revision; of the rest a share        └─ results
//	                      ▼
//	                    slots ── queue ── batch ── OTLP ──► collector
//	                      └ none free: dropped, counted, never named
//
// It measures nothing: every instant on a span is one of the exchange's, every number a method of
// prober.Result, every pushed sample one of the registry's. It never waits for a collector, and it knows
// nothing of prompts, answers and keys: only what is listed in span.go goes out, and no error text does,
// because a server's complaint may quote what it was sent.
package otel
