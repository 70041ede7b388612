//go:build race

package simulator_test

// raceEnabled scales simulated hours down where every memory access is watched.
const raceEnabled = true
