// Package waker fires timers to some ten microseconds where the operating system can, so that a
// request leaves at its instant and not up to a millisecond later, as it would by Go's timers. It
// knows nothing of schedules or requests.
package waker

import "time"

// Timer fires at an instant that may be moved. Its methods are called from one goroutine.
type Timer interface {
	Set(at time.Time)    // replaces the instant before; one in the past fires at once
	C() <-chan time.Time // receives at the instant or later, never before
	Stop()
}

// goTimer is a time.Timer. In an idle process it is up to a millisecond late: the runtime waits in
// epoll, whose timeout counts milliseconds.
type goTimer struct{ timer *time.Timer }

// GoTimer returns a timer of the Go runtime, which is off.
func GoTimer() Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return goTimer{t}
}

func (t goTimer) Set(at time.Time)    { t.timer.Reset(time.Until(at)) }
func (t goTimer) C() <-chan time.Time { return t.timer.C }
func (t goTimer) Stop()               { t.timer.Stop() }
