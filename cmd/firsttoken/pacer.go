package main

import (
	"errors"
	"log/slog"

	"github.com/firsttoken/firsttoken/prober"
)

// newPacer makes what wakes the targets' loops: precise alarms where the platform has them, nil for
// Go's timers elsewhere. close is to be called when no loop runs any more.
func newPacer(log *slog.Logger) (newAlarm func() prober.Alarm, closePacer func()) {
	p, err := prober.NewPacer()
	if err != nil {
		if !errors.Is(err, errors.ErrUnsupported) {
			log.Warn("requests may start a millisecond late", "err", err)
		}
		return nil, func() {}
	}
	return p.Alarm, func() {
		if err := p.Close(); err != nil {
			log.Warn("closing the pacer", "err", err)
		}
	}
}
