//go:build linux

package main

import (
	"syscall"
	"time"
	"unsafe"
)

// monotonic is CLOCK_MONOTONIC in nanoseconds, the same for every process of the machine.
func monotonic() int64 {
	var ts syscall.Timespec
	_, _, _ = syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, 1, uintptr(unsafe.Pointer(&ts)), 0)
	return ts.Nano()
}

// clock converts instants of this process.
type clock struct {
	at   time.Time
	mono int64
}

// newClock pairs both clocks, and keeps the pair of a hundred that was read the fastest.
func newClock() clock {
	var best clock
	least := int64(1 << 62)
	for range 100 {
		before, now, after := monotonic(), time.Now(), monotonic()
		if after-before < least {
			least, best = after-before, clock{now, before + (after-before)/2}
		}
	}
	return best
}

func (c clock) of(t time.Time) int64 { return c.mono + int64(t.Sub(c.at)) }
