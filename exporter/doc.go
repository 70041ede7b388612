// Package exporter holds no code. Its folders turn what the prober observed into what people and machines read. None
// of them measures anything or asks how a result came about: every definition of a latency or a rate is a method of
// prober.Result.
//
//	                ┌─ metrics ── registry ──────────┐
//	prober ─ Event ─┼─ results ── one JSON line each │
//	                └─ history ──────────────────────┴─ pages ── /metrics, /targets, landing page, /sd/engines
//
// Metrics creates its series by the types of exporter/series. Otel sends spans and metrics by OTLP, dcgm measures
// GPUs.
package exporter

//go:generate go test ./metrics ./results -run ^TestDocs$ -update
