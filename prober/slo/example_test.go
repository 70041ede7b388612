package slo_test

import (
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/prober/slo"
)

// A stream that hangs is a bad event of ttft a moment after the threshold, long before its timeout.
func ExampleJudge() {
	objectives := map[slo.Name]slo.Objective{
		slo.TTFT:         {Ratio: 0.95, Threshold: 4},
		slo.Availability: {Ratio: 0.99},
	}
	sent := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	judge := slo.NewJudge("kimi", objectives, sent, true)

	deadline, _ := judge.Deadline()
	fmt.Println("wait until", deadline.Sub(sent))
	if v, ok := judge.Expire(deadline); ok {
		fmt.Printf("%s: bad %t, as of %s\n", v.SLO, v.Bad, v.At.Sub(sent))
	}
	timeout := sent.Add(5 * time.Minute)
	for _, v := range judge.Finish(slo.Completion{At: timeout, Failed: true}, nil) {
		fmt.Printf("%s: bad %t, as of %s\n", v.SLO, v.Bad, v.At.Sub(sent))
	}
	fmt.Println("missed", judge.Missed())
	// Output:
	// wait until 4.25s
	// ttft: bad true, as of 4s
	// availability: bad true, as of 5m0s
	// missed [ttft availability]
}
