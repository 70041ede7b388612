package otel

import (
	"log/slog"
	"strings"
	"sync"
	"time"
)

// complaints logs one trouble once a minute: a collector that is away fails for hours.
type complaints struct {
	log  *slog.Logger
	mu   sync.Mutex
	last time.Time
}

const complaintEvery = time.Minute

func (c *complaints) say(signal string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := time.Now(); c.last.IsZero() || now.Sub(c.last) >= complaintEvery {
		c.last = now
		c.log.Warn("telemetry was not sent, or not in full", "signal", signal, "err", clipped(err.Error()))
	}
}

// clipped is a text of somebody else's, fit for a log line or an attribute: short, and UTF-8, without
// which a whole batch could not be encoded.
func clipped(text string) string {
	const enough = 200
	return strings.ToValidUTF8(text[:min(len(text), enough)], "\uFFFD")
}
