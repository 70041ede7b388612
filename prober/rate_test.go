package prober

import (
	"math"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// A rate is that of the tokens which a user saw stream in.
func TestRate(t *testing.T) {
	start := time.Unix(1_000_000, 0)
	after := func(s float64) time.Time { return start.Add(time.Duration(s * float64(time.Second))) }
	for _, c := range []struct {
		name          string
		output        int64 // 0 is no usage
		reasoning     int64
		shown         int // events of reasoning
		whole, answer chat.Receipts
		reasons       bool
		tps, guess    float64 // 0 is none
		notStreamed   bool
		hidden        int64
	}{
		{
			name: "a token an event", output: 201, whole: evenly(start, after(10), 201), tps: 20,
		},
		{
			name: "eight tokens an event", output: 40,
			whole: chat.Receipts{Reads: 5, Events: 5, FirstEvents: 1, Bytes: 200, First: start, Last: after(1.6)},
			tps:   20, // 32 tokens in 1.6 s; (N − 1)/span would say 24.4
		},
		{
			name: "more tokens than bytes", output: 306,
			whole: chat.Receipts{Reads: 51, Events: 51, FirstEvents: 1, Bytes: 254, First: start, Last: after(1)},
			guess: 50,
		},
		{
			name: "a token a byte", output: 305,
			whole: chat.Receipts{Reads: 51, Events: 51, FirstEvents: 1, Bytes: 254, First: start, Last: after(1)},
			tps:   299, // 305 · 50/51 in 1 s
		},
		{
			name: "250 hidden tokens, then 50 visible at 50 a second", output: 300, reasoning: 250,
			whole: evenly(start, after(0.98), 50), answer: evenly(start, after(0.98), 50), tps: 50, hidden: 250,
		},
		{
			name: "reasoning that is streamed", output: 300, reasoning: 250, shown: 250,
			whole: evenly(start, after(5.98), 300), answer: evenly(after(5), after(5.98), 50), tps: 50,
		},
		{
			name: "a summary of reasoning before the answer", output: 300, reasoning: 250, shown: 4,
			whole: evenly(start, after(6), 60), answer: evenly(after(5.02), after(6), 50), tps: 50, hidden: 250,
		},
		{
			name: "one write, many reads", output: 300, whole: evenly(start, after(0.004), 300), notStreamed: true,
		},
		{
			name: "three reads over a second", output: 300,
			whole:       chat.Receipts{Reads: 3, Events: 300, FirstEvents: 100, First: start, Last: after(1)},
			notStreamed: true,
		},
		{
			name: "a proxy that flushes each second", output: 300,
			whole: chat.Receipts{Reads: 10, Events: 300, FirstEvents: 30, First: start, Last: after(9)},
			tps:   30, // 270 tokens in 9 s; (N − 1)/span would say 33.2
		},
		{
			name: "hidden reasoning that is not counted", output: 300, reasons: true,
			whole: evenly(start, after(0.98), 50), answer: evenly(start, after(0.98), 50), guess: 50,
		},
		{
			name: "shown reasoning that is not counted", output: 300, reasons: true, shown: 250,
			whole: evenly(start, after(5.98), 300), answer: evenly(after(5), after(5.98), 50), tps: 50,
		},
		{
			name: "no usage", whole: evenly(start, after(10), 201), guess: 20,
		},
		{
			name: "no usage, all at once", whole: evenly(start, after(0.001), 201), notStreamed: true,
		},
		{
			name: "too short for a rate", output: 15, whole: evenly(start, start, 15),
		},
		{
			name: "an answer too short behind hidden reasoning", output: 300, reasoning: 290,
			whole: evenly(start, after(0.2), 10), answer: evenly(start, after(0.2), 10), hidden: 290,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Result{}
			r.Outcome, r.Whole, r.Answer, r.ReasoningEvents = chat.OK, c.whole, c.answer, c.shown
			r.Reasons = c.reasons
			if c.output > 0 {
				r.Usage.Output = chat.Counted(c.output)
			}
			if c.reasoning > 0 {
				r.Usage.Reasoning = chat.Counted(c.reasoning)
			}
			tps, _ := r.TPS()
			guess, _ := r.EstimatedTPS()
			hidden, _ := r.HiddenTokens()
			if !near(tps, c.tps) || !near(guess, c.guess) || r.NotStreamed() != c.notStreamed || hidden != c.hidden {
				t.Errorf("TPS %.1f, estimated %.1f, not streamed %v, hidden %d", tps, guess, r.NotStreamed(), hidden)
			}
			if inter, ok := r.InterToken(); ok != (c.tps > 0) || ok && !near(1/inter.Seconds(), c.tps) {
				t.Errorf("inter-token %s, %v", inter, ok)
			}
		})
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 0.02*b }
