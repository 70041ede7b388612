package history_test

import (
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// A summary has the state of a target now, and the exact quantiles of its last ten minutes.
func ExampleHistory_Summary() {
	h := history.New()
	h.Observe(prober.Started{Target: prober.Target{Name: "kimi"}})
	for _, ms := range []time.Duration{700, 900, 800} {
		end := time.Now()
		h.Observe(prober.Result{
			Target: "kimi",
			Turn:   workload.Turn{Phase: workload.Warm},
			Exchange: chat.Exchange{
				Outcome: chat.OK, Reused: true,
				Instants: chat.Instants{Started: end.Add(-ms * time.Millisecond), FirstToken: end, End: end},
			},
		})
	}
	s, _ := h.Summary("kimi")
	fmt.Printf("%s: %d requests, TTFT p50 %g s, p95 %g s\n", s.State, s.Requests, s.TTFTWarm.P50, s.TTFTWarm.P95)

	// Output: steady: 3 requests, TTFT p50 0.8 s, p95 0.9 s
}
