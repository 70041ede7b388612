// Package survey finds out what an endpoint is and what it accepts, so that a correct configuration can be written for
// it, or a wrong one corrected.
//
//	Open ─► Pages: GETs, no tokens ─► Plan: what the rest costs ─► Trials: small requests ─► Finding ─► YAML
//	          servers() says which       counted before               trials() says which
//
// It asks only for pages that change nothing, wake no engine and show no key: those in the table of servers, and the
// list of models. It sends through package prober with the presets and cures of prober/preset, so what it finds is what
// the daemon will meet. All that a server says is bounded, and is cleaned before it reaches a Finding.
//
// It asks nobody anything and writes no file.
package survey
