//go:build !linux

package waker

import "errors"

// Waker exists on Linux only.
type Waker struct{}

// New returns errors.ErrUnsupported: the caller uses GoTimer.
func New() (*Waker, error) { return nil, errors.ErrUnsupported }

// Timer returns a timer of the Go runtime.
func (*Waker) Timer() Timer { return GoTimer() }

// Close does nothing.
func (*Waker) Close() error { return nil }
