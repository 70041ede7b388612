// Package alertlab runs a real Alertmanager, Debian's, with the example configuration that this project ships, and
// keeps what it sends. Time in Alertmanager is real, so its waits are shortened; who is told what, and what inhibits
// what, is the example's.
package alertlab
