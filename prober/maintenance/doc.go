// Package maintenance knows when a target is in one of its maintenance windows: recurring spans of time in
// which nothing is sent to it.
//
// It reads no clock and starts no timer: prober asks it with an instant.
package maintenance
