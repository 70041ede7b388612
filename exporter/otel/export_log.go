package otel

import (
	"log/slog"
	"strings"
	"sync"
	"time"
)

// exportLog logs at most one failure a minute, because a collector that is away fails for hours.
type exportLog struct {
	log  *slog.Logger
	mu   sync.Mutex
	last time.Time
}

const logEvery = time.Minute

func (l *exportLog) failure(signal string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); l.last.IsZero() || now.Sub(l.last) >= logEvery {
		l.last = now
		l.log.Warn("telemetry was not sent, or not in full", "signal", signal, "err", clipped(err.Error()))
	}
}

// clipped makes a text fit for an attribute or a log line: short, and UTF-8, because one text that is not would
// cost a whole batch. The words of a server were cleaned by prober/chat; a collector's were not.
func clipped(text string) string {
	const enough = 200
	return strings.ToValidUTF8(text[:min(len(text), enough)], "\uFFFD")
}
