package otel

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// record makes the span of an exchange that has ended.
//
//	scheduled ─ started ─ connected ─ written ─ headers ─ first_event ─ first_token … last_token ─ end
//	├ start of the span                └ acknowledged                              end of the span ┤
//
// It starts at the scheduled instant, so that our own lag is visible on it. Each instant is placed on the
// wall clock by its monotonic distance from the start of the exchange, so that setting the wall clock in
// between does not move one against another.
func (s *spans) record(state *targetState, r prober.Result, id trace.SpanContext, why keepReason) {
	clock := clockOf(r)
	options := []trace.SpanStartOption{
		trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(clock.at(startOf(r))),
		trace.WithAttributes(state.attributes()...), trace.WithAttributes(attributesOf(r, why)...),
	}
	if last, ok := state.previousTurn(r.Turn.Session); ok {
		options = append(options, trace.WithLinks(trace.Link{
			SpanContext: last, Attributes: []attribute.KeyValue{linkKind.String("previous_turn")},
		}))
	}
	_, span := s.tracer.Start(context.WithValue(context.Background(), presetIDsKey{}, id), state.spanName, options...)
	for _, i := range instantsOf(r) {
		if !i.at.IsZero() {
			span.AddEvent(i.name, trace.WithTimestamp(clock.at(i.at)))
		}
	}
	if r.Outcome != chat.OK {
		span.SetStatus(codes.Error, string(r.Outcome))
	}
	span.End(trace.WithTimestamp(clock.at(r.End)))
}

// startOf is the first known instant of an exchange.
func startOf(r prober.Result) time.Time {
	if r.Scheduled.IsZero() {
		return r.Started
	}
	return r.Scheduled
}

// spanClock holds one moment, on the monotonic clock and on the wall clock.
type spanClock struct{ moment, wall time.Time }

func clockOf(r prober.Result) spanClock {
	moment := r.Started
	if moment.IsZero() {
		moment = r.End
	}
	return spanClock{moment, moment.Round(0)} // Round drops the monotonic reading
}

func (c spanClock) at(t time.Time) time.Time { return c.wall.Add(t.Sub(c.moment)) }

// instant is an event of a span.
type instant struct {
	name string
	at   time.Time
}

func instantsOf(r prober.Result) [10]instant {
	return [10]instant{
		{"scheduled", r.Scheduled},
		{"started", r.Started},
		{"connected", r.Connected},
		{"written", r.Written},
		{"acknowledged", r.Acked},
		{"headers", r.Headers},
		{"first_event", r.FirstEvent},
		{"first_token", r.FirstToken},
		{"first_output_token", r.FirstOutput},
		{"last_token", r.LastToken},
	}
}

// attributesOf lists the attributes of one exchange, without those of its target. Names that a server sends
// are clipped. Its error texts are left out, because they may quote what it was sent.
func attributesOf(r prober.Result, why keepReason) []attribute.KeyValue {
	all := make(attributes, 0, 32)
	all = append(all,
		keptBecause.String(string(why)), outcomeName.String(string(r.Outcome)),
		conversationID.String(r.Turn.Session), turnNumber.Int(r.Turn.Number), turnPhase.String(string(r.Turn.Phase)),
		cacheLabel.String(r.Turn.Cache()), contextLabel.String(r.Context()),
		requestMaxTokens.Int(r.Turn.MaxTokens), reusedConn.Bool(r.Reused),
	)
	if r.Outcome != chat.OK {
		all = append(all, errorType.String(string(r.Outcome)))
	}
	if r.Untrusted {
		all = append(all, untrusted.Bool(true))
	}
	if r.Status != 0 {
		all = append(all, statusCode.Int(r.Status))
	}
	if r.Finish != "" {
		all = append(all, finishReasons.StringSlice([]string{clipped(r.Finish)}))
	}
	all.text(responseModel, r.Identity.Model)
	all.text(fingerprint, r.Identity.Fingerprint)
	all.text(recallResult, r.Recall.String())
	all.count(inputTokens)(r.Usage.Input.Value())
	all.count(cacheReadTokens)(r.Usage.Cached.Value())
	all.count(cacheWrittenTokens)(r.Usage.CacheWrite.Value())
	all.count(outputTokens)(r.Usage.Output.Value())
	all.count(reasoningTokens)(r.Usage.Reasoning.Value())
	if !r.FirstEvent.IsZero() {
		all = append(all, timeToFirstChunk.Float64(r.FirstEvent.Sub(r.Started).Seconds()))
	}
	all.seconds(ttftSeconds)(r.TTFT())
	all.seconds(stallSeconds)(r.Stall())
	if tps, ok := r.TPS(); ok {
		all = append(all, tpsRate.Float64(tps))
	}
	return all
}

// attributes collects attributes whose values may be absent.
type attributes []attribute.KeyValue

func (a *attributes) text(k attribute.Key, text string) {
	if text != "" {
		*a = append(*a, k.String(clipped(text)))
	}
}

func (a *attributes) count(k attribute.Key) func(int64, bool) {
	return func(n int64, ok bool) {
		if ok {
			*a = append(*a, k.Int64(n))
		}
	}
}

func (a *attributes) seconds(k attribute.Key) func(time.Duration, bool) {
	return func(d time.Duration, ok bool) {
		if ok {
			*a = append(*a, k.Float64(d.Seconds()))
		}
	}
}
