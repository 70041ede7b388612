//go:build !race

package prober

// raceEnabled is explained in race_on_test.go.
const raceEnabled = false
