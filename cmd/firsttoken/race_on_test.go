//go:build race

package main

// raceEnabled makes heavy tests smaller: the race detector costs ten times the processor and five times
// the memory for each of its events.
const raceEnabled = true
