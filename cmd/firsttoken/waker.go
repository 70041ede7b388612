package main

import (
	"errors"
	"log/slog"

	"github.com/firsttoken/firsttoken/internal/waker"
)

// newWaker returns the source of the timers that wake the targets' loops: precise ones where the
// platform has them, nil for Go's timers elsewhere. Call closeWaker when no loop runs any more.
func newWaker(log *slog.Logger) (newTimer func() waker.Timer, closeWaker func()) {
	w, err := waker.New()
	if err != nil {
		if !errors.Is(err, errors.ErrUnsupported) {
			log.Warn("requests may start a millisecond late", "err", err)
		}
		return nil, func() {}
	}
	return w.Timer, func() {
		if err := w.Close(); err != nil {
			log.Warn("closing the waker", "err", err)
		}
	}
}
