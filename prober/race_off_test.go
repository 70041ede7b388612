//go:build !race

package prober

// raceEnabled: see the other file.
const raceEnabled = false
