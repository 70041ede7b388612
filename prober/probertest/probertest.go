// Package probertest has a target and results of it for the tests of observers: a good answer with every instant, and
// the ways in which it can go wrong.
package probertest

import (
	"errors"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// Started is t1 of all results, as a wall-clock time.
func Started() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 250_000_000, time.UTC) }

// At is the instant so many milliseconds after Started.
func At(ms float64) time.Time { return Started().Add(time.Duration(ms * float64(time.Millisecond))) }

// Target has SLOs for TTFT (95 % within 2.2 s) and availability (99 %), prices, and "hunter2" for a secret in its URL.
func Target(name string) prober.Target {
	cached := .3
	return prober.Target{
		Name: name, Engine: "vllm", Region: "eu", Tier: "gold", Labels: map[string]string{"team": "search"},
		Endpoint: chat.Endpoint{URL: "http://user:hunter2@vllm:8000/v1?key=hunter2", API: chat.OpenAIChat, Model: "m"},
		Load:     prober.Load{Profile: "watch", TokensPerMinute: 1e6},
		SLOs: map[slo.Name]slo.Objective{
			slo.TTFT:         {Ratio: .95, Threshold: 2.2},
			slo.Availability: {Ratio: .99},
		},
		Prices: &prober.Prices{Input: 3, Cached: &cached, Output: 15},
	}
}

// Warm is a good answer with every instant, of 501 tokens in 10 s on a warm prompt of 100,000.
func Warm(target string) prober.Result {
	return prober.Result{
		Target: target, Scheduled: At(-2),
		Turn: workload.Turn{
			Session: "00aa11bb22cc", Number: 3, Phase: workload.Warm, Words: 80_000, Messages: 41,
			Tokens: 99_000, Cached: 95_000, MaxTokens: 600,
		},
		Exchange: chat.Exchange{
			ID: "0123456789abcdef0123456789abcdef", Reused: true, Status: 200, Sent: 400_000, Events: 501,
			Instants: chat.Instants{
				Started: Started(), Connected: At(1), Written: At(20), Headers: At(300), FirstEvent: At(310),
				FirstToken: At(720), FirstOutput: At(900), LastToken: At(10_720), End: At(10_800),
			},
			Whole:           chat.Receipts{Reads: 501, Events: 501, FirstEvents: 1, First: At(720), Last: At(10_720)},
			Answer:          chat.Receipts{Reads: 400, Events: 400, FirstEvents: 1, First: At(900), Last: At(10_720)},
			ReasoningEvents: 101,
			LongestGap:      250 * time.Millisecond, HasGap: true,
			Usage: chat.Usage{
				Input: chat.Counted(100_000), Cached: chat.Counted(90_000),
				Output: chat.Counted(501), Reasoning: chat.Counted(101),
				Verbatim: []byte(`{"prompt_tokens":100000,"note":"<&>"}`),
			},
			Finish:   "stop",
			Identity: chat.Identity{Model: "m-2026", Fingerprint: "fp_1", Server: "uvicorn", Protocol: "HTTP/1.1"},
			Outcome:  chat.OK,
		},
	}
}

// WarmWith is Warm of target a, with changes in their order.
func WarmWith(changes ...func(*prober.Result)) prober.Result {
	r := Warm("a")
	for _, change := range changes {
		change(&r)
	}
	return r
}

// Now moves every instant of a result so that it ends now.
func Now(r *prober.Result) {
	by := time.Since(r.End)
	for _, at := range []*time.Time{
		&r.Scheduled, &r.Started, &r.Connected, &r.Written, &r.Headers,
		&r.FirstEvent, &r.FirstToken, &r.FirstOutput, &r.LastToken, &r.End,
		&r.Whole.First, &r.Whole.Last, &r.Answer.First, &r.Answer.Last,
	} {
		*at = at.Add(by)
	}
}

// Truncated had a first token and no end: no usage either.
func Truncated(r *prober.Result) {
	r.Outcome, r.Err, r.Finish = chat.Truncated, errors.New("end of file before the finish marker"), ""
	r.Usage, r.Events, r.Whole.Events, r.Cause = chat.Usage{}, 100, 100, chat.CauseNoFinish
}

// Refused never got a connection.
func Refused(r *prober.Result) {
	r.Exchange = chat.Exchange{
		ID: r.ID, Outcome: chat.Refused, Cause: chat.CauseConnectRefused, Err: errors.New("connection refused"),
		Instants: chat.Instants{Started: Started(), End: At(3)},
	}
}

// Everything gives a value to each field that a good answer leaves at its zero, and stalls.
func Everything(r *prober.Result) {
	r.StaleRetry, r.Recall, r.Turn.Recall = true, chat.Wrong, true
	r.Phases = chat.Phases{DNS: 1, TCP: 2, TLS: 3}
	r.RateLimit = chat.RateLimit{RetryAfter: time.Second, Remaining: .5, HasRemaining: true}
	r.Untrusted, r.FirstShared, r.Acked = true, true, At(15)
	r.ReceiveLag, r.HasReceiveLag, r.Retransmits = 40*time.Microsecond, true, chat.Counted(2)
	r.Usage.CacheWrite = chat.Counted(0) // a reported 0 is not an unknown
	r.Outcome, r.Cause, r.Err = chat.Stalled, chat.CauseStalled, errors.New("silence")
}
