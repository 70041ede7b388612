//go:build cgo && linux && !nodcgm

package dcgm

import (
	"context"
	"io"
	"testing"
)

// TestAgentLeavesWithItsProber: when the prober is killed, nobody tells the agent; its standard
// input closes, and that is enough, even from within a call that hangs.
func TestAgentLeavesWithItsProber(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, line string }{
		{"between polls", ""},
		{"in a call that hangs", "hang dcgmGetValuesSince_v2"}, // of the first poll, right after the session
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir, n := oneNode(t)
			n.serve(append(b200s(), row.line)...)
			ctx, cancel := context.WithTimeout(t.Context(), deadline)
			defer cancel()
			o := Options{Interval: testInterval, SlowInterval: testSlow}
			cmd, err := agentOf(buildFake(t), dir)(ctx, o.spec(Hostengine{"node1", "127.0.0.1:5555"}).String())
			if err != nil {
				t.Fatal(err)
			}
			stdin, lines := startPiped(t, cmd)
			if _, err := lines.ReadBytes('\n'); err != nil { // the session
				t.Fatal(err)
			}
			if err := stdin.Close(); err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, lines)
			_ = cmd.Wait()
			if ctx.Err() != nil {
				t.Errorf("the agent was still there after %v", deadline)
			}
		})
	}
}
