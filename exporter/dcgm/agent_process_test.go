//go:build linux

package dcgm

import (
	"context"
	"os/exec"
	"testing"
	"time"
)

// TestWatchdogKillsTheSilent: a process that sends no message in time is killed, from its start and
// after each message. The shells sleep longer than any test runs, so only the watchdog can end them.
func TestWatchdogKillsTheSilent(t *testing.T) {
	t.Parallel()
	const never, soon = time.Hour, 50 * time.Millisecond
	for _, row := range []struct {
		name, script          string
		firstMessage, silence time.Duration
		messages              int
	}{
		{"before the first message", "exec sleep 3600", soon, never, 0},
		{"after a message", `echo '{"session":{}}'; exec sleep 3600`, never, soon, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			timing := Options{Interval: time.Second}.agentTiming()
			timing.firstMessage, timing.silence = row.firstMessage, row.silence
			a := agentProcess{timing: timing}
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // reached only by a failing test
			defer cancel()
			err := a.start(ctx, "", func(ctx context.Context, _ string) (*exec.Cmd, error) {
				return exec.CommandContext(ctx, "sh", "-c", row.script), nil
			})
			if err != nil {
				t.Fatal(err)
			}
			messages := 0
			if err := a.messages(func(agentMessage) { messages++ }); err != nil {
				t.Error(err)
			}
			if end := a.wait(); end.Op != opAgent || end.Code != codeSilent {
				t.Errorf("ended by %s %s: %s, want silent", end.Op, end.Code, end.Text)
			}
			if messages != row.messages {
				t.Errorf("%d messages, want %d", messages, row.messages)
			}
		})
	}
}
