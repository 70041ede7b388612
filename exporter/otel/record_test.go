package otel

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// A good, a slow, a failed and a truncated exchange reach a collector over loopback, with all their instants.
func TestSpansOfExchanges(t *testing.T) {
	r := newHarness(t)
	r.observer.Observe(prober.Started{Target: testTarget("a")})
	everyInstant := []string{
		"scheduled", "started", "connected", "written", "acknowledged", "headers",
		"first_event", "first_token", "first_output_token", "last_token",
	}
	rows := []struct {
		result prober.Result
		kept   string
		status tracepb.Status_StatusCode
		events []string
	}{
		{
			good(0), "revision", tracepb.Status_STATUS_CODE_UNSET,
			everyInstant,
		},
		{
			goodWith(1, slowly), "slow", tracepb.Status_STATUS_CODE_UNSET,
			everyInstant,
		},
		{
			goodWith(2, refused), "failed", tracepb.Status_STATUS_CODE_ERROR,
			[]string{"scheduled", "started"},
		},
		{
			goodWith(3, truncated), "failed", tracepb.Status_STATUS_CODE_ERROR,
			everyInstant,
		},
		{
			good(4), "ratio", tracepb.Status_STATUS_CODE_UNSET,
			everyInstant,
		},
	}
	for _, row := range rows {
		r.observer.Observe(row.result)
	}
	r.flush(t)
	if n := len(r.received()); n != len(rows) {
		t.Fatalf("%d spans, want %d", n, len(rows))
	}
	for i, row := range rows {
		s, x := r.spanOf(t, i), row.result
		if id, _ := chat.SpanID(x.ID); fmt.Sprintf("%x", s.SpanId) != id || len(s.ParentSpanId) != 0 {
			t.Errorf("%d: span %x with parent %x, want %s and none", i, s.SpanId, s.ParentSpanId, id)
		}
		if s.Name != "chat m" || s.Kind != tracepb.Span_SPAN_KIND_CLIENT || s.Status.GetCode() != row.status {
			t.Errorf("%d: %q %s %s", i, s.Name, s.Kind, s.Status.GetCode())
		}
		if got := attributesIn(s)["firsttoken.kept"]; got != row.kept {
			t.Errorf("%d: kept because %q, want %q", i, got, row.kept)
		}
		var names []string
		for _, e := range s.Events {
			names = append(names, e.Name)
			if want := instantsByName(x)[e.Name]; e.TimeUnixNano != uint64(want.UnixNano()) {
				t.Errorf("%d: %s at %d, want %d", i, e.Name, e.TimeUnixNano, want.UnixNano())
			}
		}
		if !slices.Equal(names, row.events) {
			t.Errorf("%d: events %v, want %v", i, names, row.events)
		}
		if s.StartTimeUnixNano != uint64(x.Scheduled.UnixNano()) || s.EndTimeUnixNano != uint64(x.End.UnixNano()) {
			t.Errorf("%d: from %d to %d, want %d to %d", i,
				s.StartTimeUnixNano, s.EndTimeUnixNano, x.Scheduled.UnixNano(), x.End.UnixNano())
		}
	}
	if r.about["service.name"] != "firsttoken" || r.about["service.version"] != "1.2.3" ||
		r.about["service.instance.id"] == "" {
		t.Errorf("sent by %v", r.about)
	}
}

// instantsByName lists the exchange's instants independently of the code.
func instantsByName(x prober.Result) map[string]time.Time {
	return map[string]time.Time{
		"scheduled": x.Scheduled, "started": x.Started, "connected": x.Connected, "written": x.Written,
		"acknowledged": x.Acked, "headers": x.Headers, "first_event": x.FirstEvent,
		"first_token": x.FirstToken, "first_output_token": x.FirstOutput, "last_token": x.LastToken,
	}
}

func TestAttributes(t *testing.T) {
	r := newHarness(t)
	r.observer.Observe(prober.Started{Target: testTarget("a")})
	anthropic := testTarget("b")
	anthropic.Engine, anthropic.Region, anthropic.Tier, anthropic.API = "", "", "", chat.AnthropicMessages
	anthropic.URL = "https://api.anthropic.com/v1"
	r.observer.Observe(prober.Started{Target: anthropic})
	r.observer.Observe(good(0))
	r.observer.Observe(goodWith(1, func(x *prober.Result) { refused(x); x.Target = "b" }))
	r.flush(t)
	for i, want := range []map[string]string{{
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "vllm", "gen_ai.conversation.id": "00aa11bb22cc",
		"gen_ai.request.model": "m", "gen_ai.request.max_tokens": "600", "gen_ai.request.stream": "true",
		"gen_ai.response.model": "m-2026", "gen_ai.response.finish_reasons": "stop",
		"gen_ai.response.time_to_first_chunk": "0.31",
		"gen_ai.usage.input_tokens":           "100000", "gen_ai.usage.cache_read.input_tokens": "90000",
		"gen_ai.usage.output_tokens": "501", "gen_ai.usage.reasoning.output_tokens": "101",
		"server.address": "vllm", "server.port": "8000", "http.response.status_code": "200",
		"firsttoken.target": "a", "firsttoken.engine": "vllm", "firsttoken.region": "eu", "firsttoken.tier": "gold",
		"firsttoken.api": "openai_chat", "firsttoken.outcome": "ok", "firsttoken.kept": "revision",
		"firsttoken.turn": "false" /* 0 */, "firsttoken.phase": "warm", "firsttoken.cache": "warm",
		"firsttoken.context": "le_120k",
		"firsttoken.ttft":    "0.72", "firsttoken.output_tokens_per_second": "50", "firsttoken.stall": "0.25",
		"firsttoken.connection.reused": "true", "firsttoken.response.fingerprint": "fp_1",
	}, {
		"gen_ai.operation.name": "chat", "gen_ai.provider.name": "anthropic", "gen_ai.conversation.id": "00aa11bb22cc",
		"gen_ai.request.model": "m", "gen_ai.request.max_tokens": "600", "gen_ai.request.stream": "true",
		"server.address": "api.anthropic.com", "server.port": "443", "error.type": "refused",
		"firsttoken.target": "b", "firsttoken.api": "anthropic_messages", "firsttoken.outcome": "refused",
		"firsttoken.kept": "failed",
		"firsttoken.turn": "1", "firsttoken.phase": "warm", "firsttoken.cache": "warm",
		"firsttoken.context":           "le_120k",
		"firsttoken.connection.reused": "false",
	}} {
		if got := attributesIn(r.spanOf(t, i)); !maps.Equal(got, want) {
			t.Errorf("exchange %d:\n got %v\nwant %v", i, got, want)
		}
	}
}

// Setting the wall clock in mid-stream moves no instant against another: monotonic distances decide.
func TestInstantsAreMonotonic(t *testing.T) {
	now := time.Now() // with a monotonic reading
	c := clockOf(goodWith(0, func(x *prober.Result) { x.Started = now }))
	later := now.Add(3 * time.Second)
	if got, want := c.at(later), now.Round(0).Add(3*time.Second); !got.Equal(want) || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v without a monotonic reading", got, want)
	}
}

// The turns of a session form a chain of links. A link to a span that was not kept is left out.
func TestTurnsAreLinked(t *testing.T) {
	r := newHarness(t, "OTEL_TRACES_SAMPLER=always_off")
	r.observer.Observe(prober.Started{Target: testTarget("a")})
	r.observer.Observe(good(0)) // first of its revision; not named, as the collector has taken nothing yet
	r.flush(t)
	r.observer.Observe(goodWith(1, slowly))
	r.observer.Observe(good(2)) // not kept
	r.observer.Observe(goodWith(3, slowly))
	r.observer.Observe(goodWith(4, func(x *prober.Result) { slowly(x); x.Turn.Session = "ffffffffffff" }))
	r.flush(t)
	want := map[int]string{0: "", 1: "", 3: idOf(1), 4: ""}
	if n := len(r.received()); n != len(want) {
		t.Errorf("%d spans, want %d", n, len(want))
	}
	for n, to := range want {
		var got string
		for _, l := range r.spanOf(t, n).Links {
			got += fmt.Sprintf("%x", l.TraceId)
		}
		if got != to {
			t.Errorf("turn %d links to %q, want %q", n, got, to)
		}
	}
}
