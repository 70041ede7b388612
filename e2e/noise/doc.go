// Package noise makes up the traffic of targets in other people's noise, and computes what the rules of
// alerts.Slower compute on it, from minute counters and without an engine: months of hundreds of targets
// in minutes. Its tests count false alerts and measure how soon steps are found; another shows that the
// real engine says the same.
//
// Names stand in parallel with the rules: level, baseline, residual, spread, z.
package noise
