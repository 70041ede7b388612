//go:build race

package simulator_test

// raceEnabled scales simulated hours down under the race detector.
const raceEnabled = true
