package otel

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also the benchmark's other process, which serves an endpoint and a collector.
func TestMain(m *testing.M) {
	if os.Getenv(responderRole) != "" {
		respond()
		return
	}
	goleak.VerifyTestMain(m)
}
