package otel

import (
	"errors"
	"fmt"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// started is t1 of the results below.
var started = time.Date(2026, 11, 23, 12, 0, 0, 250_000_001, time.UTC)

func ms(n float64) time.Time { return started.Add(time.Duration(n * float64(time.Millisecond))) }

func testTarget(name string) prober.Target {
	return prober.Target{
		Name: name, Engine: "vllm", Region: "eu", Tier: "gold",
		Endpoint: chat.Endpoint{URL: "http://user:hunter2@vllm:8000/v1?key=hunter2", API: chat.OpenAIChat, Model: "m"},
		SLOs: map[slo.Name]slo.Objective{
			slo.TTFT:         {Ratio: .95, Threshold: 2},
			slo.TPS:          {Ratio: .95, Threshold: 30},
			slo.Availability: {Ratio: .99},
			slo.Recall:       {Ratio: .9},
		},
	}
}

// idOf is a request id for a small number.
func idOf(n int) string { return fmt.Sprintf("%016x%016x", n+1, ^uint64(n)) }

// good is an answer with every instant: TTFT 720 ms, 500 tokens in 10 s behind the first. It is written
// out beside that of probertest, since golden spans show its fields.
func good(n int) prober.Result {
	return prober.Result{
		Target: "a", Scheduled: ms(-2),
		Turn: workload.Turn{
			Session: "00aa11bb22cc", Number: n, Phase: workload.Warm, Tokens: 99_000, Cached: 95_000, MaxTokens: 600,
		},
		Exchange: chat.Exchange{
			ID: idOf(n), Reused: true, Status: 200, Sent: 400_000, Events: 480,
			Instants: chat.Instants{
				Started: started, Connected: ms(1), Written: ms(20), Acked: ms(40), Headers: ms(300), FirstEvent: ms(310),
				FirstToken: ms(720), FirstOutput: ms(900), LastToken: ms(10_720), End: ms(10_800),
			},
			Whole:           chat.Receipts{Reads: 501, Events: 501, FirstEvents: 1, First: ms(720), Last: ms(10_720)},
			ReasoningEvents: 101,
			LongestGap:      250 * time.Millisecond, HasGap: true,
			Usage: chat.Usage{
				Input: chat.Counted(100_000), Cached: chat.Counted(90_000),
				Output: chat.Counted(501), Reasoning: chat.Counted(101),
			},
			Finish:   "stop",
			Identity: chat.Identity{Model: "m-2026", Fingerprint: "fp_1", Server: "uvicorn", Protocol: "HTTP/1.1"},
			Outcome:  chat.OK,
		},
	}
}

func goodWith(n int, change func(*prober.Result)) prober.Result {
	r := good(n)
	change(&r)
	return r
}

func slowly(r *prober.Result) {
	r.FirstToken, r.FirstOutput, r.LastToken, r.End = ms(2001), ms(2001), ms(12_001), ms(12_002)
	r.Whole.First, r.Whole.Last = ms(2001), ms(12_001)
	r.Missed = []slo.Name{slo.TTFT}
}

func truncated(r *prober.Result) {
	r.Outcome, r.Finish, r.Usage = chat.Truncated, "", chat.Usage{}
	r.Err = errors.New("stream ended without its finish marker")
}

// refused never had a connection.
func refused(r *prober.Result) {
	r.Exchange = chat.Exchange{
		ID: r.ID, Outcome: chat.Refused, Err: errors.New("no connection"),
		Instants: chat.Instants{Started: started, End: ms(3)},
	}
}

// attributesIn are the attributes of a received span, as text.
func attributesIn(s *tracepb.Span) map[string]string {
	all := map[string]string{}
	for _, a := range s.Attributes {
		switch v := a.Value; {
		case v.GetArrayValue() != nil:
			all[a.Key] = fmt.Sprint(v.GetArrayValue().Values[0].GetStringValue())
		case v.GetStringValue() != "":
			all[a.Key] = v.GetStringValue()
		case v.GetDoubleValue() != 0:
			all[a.Key] = fmt.Sprint(v.GetDoubleValue())
		case v.GetIntValue() != 0:
			all[a.Key] = fmt.Sprint(v.GetIntValue())
		default:
			all[a.Key] = fmt.Sprint(v.GetBoolValue())
		}
	}
	return all
}

// spanNamed is the received span of an exchange.
func (r *receiver) spanOf(t *testing.T, n int) *tracepb.Span {
	t.Helper()
	for _, s := range r.received() {
		if fmt.Sprintf("%x", s.TraceId) == idOf(n) {
			return s
		}
	}
	t.Fatalf("no span of exchange %d", n)
	return nil
}
