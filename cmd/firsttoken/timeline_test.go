package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

func TestTimeline(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	target := prober.Target{
		Name: "kimi", Prices: &prober.Prices{Input: 1.2, Output: 4.5},
		Endpoint: chat.Endpoint{API: chat.OpenAIChat, Model: "moonshotai/Kimi-K2.5"},
	}
	turn := workload.Turn{Phase: workload.Cold, Tokens: 45_000, Cached: 0, MaxTokens: 300}

	whole := prober.Result{Target: "kimi", Turn: turn, Scheduled: start, Exchange: chat.Exchange{
		ID: "00112233445566778899aabbccddeeff",
		Instants: chat.Instants{
			Started: start, Connected: at(60), Written: at(140), Headers: at(160),
			FirstEvent: at(160), FirstToken: at(1000), FirstOutput: at(1500), LastToken: at(3990), End: at(4000),
		},
		Whole:           chat.Receipts{Reads: 300, Events: 300, FirstEvents: 1, First: at(1000), Last: at(3990)},
		ReasoningEvents: 50,
		Phases:          chat.Phases{DNS: 5 * time.Millisecond, TCP: 20 * time.Millisecond, TLS: 35 * time.Millisecond},
		Status:          200, LongestGap: 40 * time.Millisecond, HasGap: true,
		Finish: "length", Outcome: chat.OK, Recall: chat.Right,
		Usage: chat.Usage{
			Input: chat.Counted(45_210), Cached: chat.Counted(15_040), Output: chat.Counted(300),
			Reasoning: chat.Counted(50),
		},
		Identity: chat.Identity{Model: "moonshotai/Kimi-K2.5", Fingerprint: "fp_1", Protocol: "HTTP/1.1"},
	}}
	refused := prober.Result{Target: "kimi", Turn: turn, Scheduled: start, Exchange: chat.Exchange{
		ID:       "ff",
		Instants: chat.Instants{Started: start, End: at(12)},
		Outcome:  chat.Refused, Err: errors.New("connecting: no such host"),
	}}
	for _, c := range []struct {
		name string
		r    prober.Result
		want string
	}{
		{"whole", whole, `kimi  openai_chat  moonshotai/Kimi-K2.5
2026-12-01 12:00:00.000 UTC  cold turn, ~45,000 tokens in, 300 out at most

name lookup         +0 µs   5.00 ms  █
TCP              +5.00 ms     20 ms  █
TLS                +25 ms     35 ms  █
upload             +60 ms     80 ms  ██
to headers        +140 ms     20 ms  ·█
to first token    +160 ms    840 ms  ·██████████
reasoning         +1.00 s    500 ms  ···········██████
output            +1.50 s    2.49 s  ················████████████████████████████
to the end        +3.99 s     10 ms  ···········································█
end               +4.00 s

outcome         ok · HTTP 200 · finish reason length
latency         TTFT 940 ms · server's part 860 ms · 100.0 tokens/s · longest gap 40 ms
tokens          45,210 in (15,040 from the cache, 0 expected) · 300 out (50 of them reasoning)
recall          asked for something deep in the context: right
cost            $0.0556
answered by     moonshotai/Kimi-K2.5 · fp_1 · HTTP/1.1
request         00112233445566778899aabbccddeeff
`},
		{"refused", refused, `kimi  openai_chat  moonshotai/Kimi-K2.5
2026-12-01 12:00:00.000 UTC  cold turn, ~45,000 tokens in, 300 out at most

until refused       +0 µs     12 ms  ████████████████████████████████████████████
end                +12 ms

outcome         refused
error           connecting: no such host
request         ff
`}, // nothing is drawn that did not happen
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			printTimeline(&b, target, c.r)
			if got := trimLines(b.String()); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// TestSpansReceivedTogether checks a fast answer, whose headers and first token are received together: the wait is for
// the token.
func TestSpansReceivedTogether(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	r := prober.Result{Exchange: chat.Exchange{Outcome: chat.OK, Instants: chat.Instants{
		Started: start, Connected: at(1), Written: at(2), Acked: at(5), Headers: at(9), FirstToken: at(9),
		FirstOutput: at(9), LastToken: at(20), End: at(21),
	}}}
	want := []part{
		{"upload", at(1), at(5)},
		{"to first token", at(5), at(9)},
		{"output", at(9), at(20)},
		{"to the end", at(20), at(21)},
	}
	if got := parts(r); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		12 * time.Microsecond:   "12 µs",
		1500 * time.Microsecond: "1.50 ms",
		20 * time.Millisecond:   "20 ms",
		2490 * time.Millisecond: "2.49 s",
		90 * time.Second:        "90.0 s",
	} {
		if got := short(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// trimLines drops the spaces at the ends of lines.
func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
