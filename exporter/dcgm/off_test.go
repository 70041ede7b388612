//go:build !cgo || !linux || nodcgm

package dcgm

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func removeFake() {}

// TestWithoutDCGM: a configured host engine is down, says why, and is no reason to stop.
func TestWithoutDCGM(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		o := Options{Interval: 10 * time.Second, SlowInterval: time.Minute}
		if err := o.Hostengines.Set("node1=10.0.0.7:5555"); err != nil {
			t.Fatal(err)
		}
		c, err := New(o, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); c.Run(ctx) }()
		synctest.Wait()
		expect(t, c, `
			# HELP dcgm_up 1 while the host engine was polled within the last three intervals.
			# TYPE dcgm_up gauge
			dcgm_up{hostengine="node1"} 0
		`, "dcgm_up")
		cancel()
		<-done
		if !strings.Contains(log.String(), "built without dcgm") {
			t.Errorf("log: %q", log.String())
		}
	})
}

func TestNoAgentInThisBuild(t *testing.T) {
	err := RunAgent(t.Context(), "", strings.NewReader(""), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "built without DCGM") {
		t.Errorf("%v", err)
	}
}

// TestRealClient says what this build cannot show.
func TestRealClient(t *testing.T) {
	t.Skip("built without cgo, for another system than Linux or with -tags nodcgm, so the tests through the real " +
		"go-dcgm client do not run: apt-get install gcc libc6-dev, and CGO_ENABLED=1 go test without that tag")
}
