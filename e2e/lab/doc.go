// Package lab is a Prometheus server in parts, its own code unchanged, for tests: samples that were
// exposed go through the real parsers into a real TSDB, and rule files are evaluated on it by the
// real engine at the times that the test says. It also plays the prober against the simulator in
// simulated time and takes down what /metrics would have shown.
//
// It knows nothing of particular alerts. It keeps no time of its own and has no goroutines of its own.
package lab
