//go:build !race

package main

// raceEnabled is explained in race_on_test.go.
const raceEnabled = false
