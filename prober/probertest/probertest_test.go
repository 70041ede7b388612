package probertest_test

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// The numbers that the tests of observers expect.
func TestResultsAreWhatTheyAreNamed(t *testing.T) {
	warm := probertest.Warm("a")
	if ttft, ok := warm.TTFT(); !ok || ttft != 720*time.Millisecond {
		t.Errorf("TTFT %s, %v; want 720ms", ttft, ok)
	}
	if tps, ok := warm.TPS(); !ok || math.Abs(tps-50) > 1e-9 {
		t.Errorf("%v tokens per second, %v; want 50", tps, ok)
	}
	if _, ok := probertest.WarmWith(probertest.Refused).TTFT(); ok {
		t.Error("a refused connection has a TTFT")
	}
	truncated := probertest.WarmWith(probertest.Truncated)
	_, began := truncated.TTFT()
	if _, counted := truncated.Usage.Output.Value(); !began || counted {
		t.Error("a truncated answer has no TTFT, or a usage")
	}
	if stalled := probertest.WarmWith(probertest.Everything); stalled.Outcome != chat.Stalled || stalled.Err == nil {
		t.Errorf("outcome %s, error %v; want a stall", stalled.Outcome, stalled.Err)
	}
	if ttft := probertest.Target("a").SLOs[slo.TTFT]; ttft.Threshold != 2.2 {
		t.Errorf("the threshold of TTFT is %v, want 2.2", ttft.Threshold)
	}
}

func TestNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := probertest.WarmWith(probertest.Now, func(r *prober.Result) { r.Target = "b" })
		ttft, _ := r.TTFT()
		if !r.End.Equal(time.Now()) || ttft != 720*time.Millisecond || r.Target != "b" {
			t.Errorf("%s ended at %s with a TTFT of %s", r.Target, r.End, ttft)
		}
	})
}
