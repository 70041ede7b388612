//go:build !linux

package prober

import "errors"

// Pacer is for Linux alone.
type Pacer struct{}

// NewPacer fails: the runtime's timers have to do.
func NewPacer() (*Pacer, error) { return nil, errors.ErrUnsupported }

// Alarm is a Go timer.
func (*Pacer) Alarm() Alarm { return newTimerAlarm() }

// Close does nothing.
func (*Pacer) Close() error { return nil }
