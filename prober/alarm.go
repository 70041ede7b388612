package prober

import "time"

// Alarm wakes one loop at an instant that may be moved. Its methods are called from one goroutine.
type Alarm interface {
	Set(at time.Time)    // replaces the instant before; one in the past rings at once
	C() <-chan time.Time // rings at the instant or later, never before
	Stop()
}

// timerAlarm is a Go timer. While a process has nothing to do these are up to a millisecond late: the
// runtime waits in epoll, whose timeout counts milliseconds.
type timerAlarm struct{ timer *time.Timer }

func newTimerAlarm() Alarm { return timerAlarm{time.NewTimer(time.Hour)} }

func (a timerAlarm) Set(at time.Time)    { a.timer.Reset(time.Until(at)) }
func (a timerAlarm) C() <-chan time.Time { return a.timer.C }
func (a timerAlarm) Stop()               { a.timer.Stop() }
