package screen

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// tail keeps the last lines that were written to it. The log goes there while the terminal is drawn on.
type tail struct {
	mu    sync.Mutex
	lines []string
}

// tailLines is how many lines of the log fit below the table.
const tailLines = 3

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for line := range strings.Lines(string(p)) {
		t.lines = append(t.lines, strings.TrimRight(line, "\n"))
	}
	t.lines = slices.Clone(t.lines[max(0, len(t.lines)-tailLines):])
	return len(p), nil
}

func (t *tail) last() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.lines)
}

// quiet returns a logger for few and short lines: warnings and errors, without level and date.
func quiet(w *tail) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{
		Level: slog.LevelWarn,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey:
				return slog.String(slog.TimeKey, a.Value.Time().Format(time.TimeOnly))
			case slog.LevelKey:
				return slog.Attr{}
			default:
				return a
			}
		},
	}))
}
