// Package exporter turns what the prober observed into what people and machines read: Prometheus
// series, a file with one JSON line per result, a bounded history, and the pages that are served
// over HTTP. It measures nothing itself and never asks how a result came about: every definition of
// a latency or a rate is a method of prober.Result.
//
// Four observers share no state and can be used apart:
//
//	                ┌─ Metrics  ── registry ── /metrics
//	prober ─ Event ─┼─ Results  ── one JSON line each, rotated
//	                └─ History  ── /targets, landing page, terminal
//	config ─────────── Reloads  ── registry
//
// What a series counts when an exchange fails is the part that is easily got wrong:
//
//	                                 good   failed after a first token   failed before   bootstrap
//	requests, tokens, cost            yes      yes                          yes             yes
//	ttft, from schedule, output,      yes      yes: it had one              no              no
//	server wait, ttft_log
//	duration, stall, TPS, inter-token yes      no: they would look short    no              no
//	connect, upload, lags, resent     yes      what there was               what there was  what there was
package exporter
