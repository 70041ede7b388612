package workload_test

import (
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/prober/workload"
)

// A session's first turn is cold: only the shared prefix can be in the server's cache. From then on the
// last prompt is the prefix of the next one.
func ExampleSession() {
	shape := workload.Watch()
	session := workload.NewSession(&shape, workload.NewCorpus("1.0"), workload.NewCalibration(1),
		workload.Identity{Seed: 1, Target: "kimi"})

	ages := workload.Ages{Prefix: workload.Ago(time.Second)}
	for range 3 {
		turn, request := session.Next(ages)
		fmt.Printf("turn %d, %s: %d messages, %d tokens, %d from the cache, up to %d of output\n",
			turn.Number, turn.Phase, request.Conversation.Len(), turn.Tokens, turn.Cached, turn.MaxTokens)
		session.Settle(true)                    // the prompt reached the server
		ages.Session = workload.Ago(turn.Pause) // a resident agent waits for this long
	}
	// Output:
	// turn 0, cold: 2 messages, 38727 tokens, 14976 from the cache, up to 255 of output
	// turn 1, warm: 4 messages, 40519 tokens, 38720 from the cache, up to 535 of output
	// turn 2, warm: 6 messages, 41242 tokens, 40512 from the cache, up to 55 of output
}
