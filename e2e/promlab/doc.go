// Package promlab is a Prometheus server in parts, with its own code unchanged, for tests: exposed samples go through
// the real parsers into a real TSDB, and the real engine evaluates rule files on it at the times that a test chooses.
// It also runs the prober against the simulator in simulated time and records what /metrics would have shown.
//
// It does not know particular alerts, reads no clock, and starts no goroutines of its own.
package promlab
