package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// NewRecord is the record of a result.
func NewRecord(r prober.Result) Record {
	rec := Record{
		V: version, RequestID: r.ID, Span: r.Span, Target: r.Target,
		Session: r.Turn.Session, Turn: r.Turn.Number, Phase: string(r.Turn.Phase),
		Cache: r.Turn.Cache(), Context: r.Context(),
		Reused: r.Reused, StaleRetry: r.StaleRetry,
		DNS: duration(r.Phases.DNS), TCP: duration(r.Phases.TCP), TLS: duration(r.Phases.TLS),
		Status: r.Status, SentBytes: r.Sent, Events: r.Events, LongestGap: nanos(r.Stall()),
		Reads: r.Whole.Reads, FirstRead: r.Whole.FirstEvents, Reasoning: r.ReasoningEvents,
		Answer: r.Answer.Events, AnswerRead: r.Answer.Reads, AnswerHead: r.Answer.FirstEvents,
		ReceiveLag: nanos(r.ReceiveDelay()), Shared: r.FirstShared,
		Retransmits: Optional(r.Retransmits.Value()), Untrusted: r.Untrusted,
		Words: r.Turn.Words, Messages: r.Turn.Messages, MaxTokens: r.Turn.MaxTokens,
		ExpectedTokens: r.Turn.Tokens, ExpectedCached: r.Turn.Cached,
		Tokens: tokensOf(r.Usage), Usage: verbatim(r.Usage.Verbatim), Quirks: r.Quirks.List(), Finish: r.Finish,
		Model: r.Identity.Model, Fingerprint: r.Identity.Fingerprint,
		Server: r.Identity.Server, Protocol: r.Identity.Protocol,
		RetryAfter: duration(r.RateLimit.RetryAfter),
		Remaining:  Optional(r.RateLimit.Remaining, r.RateLimit.HasRemaining),
		Recall:     r.Recall.String(), Outcome: string(r.Outcome), Cause: string(r.Cause),
		TTFT: nanos(r.TTFT()), TPS: Optional(r.TPS()), Hidden: hidden(r), NotStreamed: r.NotStreamed(),
	}
	if c := r.CacheResult(); c != prober.Expected {
		rec.CacheResult = string(c)
	}
	if r.Err != nil {
		rec.Error = r.Err.Error()
	}
	rec.setInstants(r)
	return rec
}

// hidden is nil where no tokens were hidden, and where the server does not say.
func hidden(r prober.Result) *int64 {
	n, _ := r.HiddenTokens()
	return Optional(n, n > 0)
}

func (rec *Record) setInstants(r prober.Result) {
	if r.Started.IsZero() {
		return // the others count from it
	}
	started := r.Started.Round(0).UTC()
	rec.Started = &started
	for _, i := range rec.instants(&r) {
		if !i.at.IsZero() {
			*i.field = Optional(int64(i.at.Sub(r.Started)), true)
		}
	}
}

// instant pairs a field of a record with that of the result.
type instant struct {
	field **int64
	at    *time.Time
}

func (rec *Record) instants(r *prober.Result) []instant {
	return []instant{
		{&rec.Scheduled, &r.Scheduled},
		{&rec.Connected, &r.Connected},
		{&rec.Written, &r.Written},
		{&rec.Acked, &r.Acked},
		{&rec.Headers, &r.Headers},
		{&rec.Event, &r.FirstEvent},
		{&rec.Token, &r.FirstToken},
		{&rec.Output, &r.FirstOutput},
		{&rec.LastOut, &r.Answer.Last},
		{&rec.LastToken, &r.LastToken},
		{&rec.End, &r.End},
	}
}

// Encode is the record as one line, with its newline. It fails only for a number that JSON cannot
// write, such as a NaN.
func (rec Record) Encode() ([]byte, error) {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false) // usage stays as it was sent
	if err := e.Encode(rec); err != nil {
		return nil, fmt.Errorf("encoding the result of request %s: %w", rec.RequestID, err)
	}
	return line.Bytes(), nil
}

// Optional is a value that JSON leaves out where there is none: nil unless ok.
func Optional[T any](v T, ok bool) *T {
	if !ok {
		return nil
	}
	return &v
}

func nanos(d time.Duration, ok bool) *int64 { return Optional(int64(d), ok) }

// duration is for those fields of a result in which 0 means that nothing took any time.
func duration(d time.Duration) *int64 { return nanos(d, d != 0) }

func tokensOf(u chat.Usage) *Tokens {
	t := Tokens{
		Input: Optional(u.Input.Value()), Cached: Optional(u.Cached.Value()), CacheWrite: Optional(u.CacheWrite.Value()),
		Output: Optional(u.Output.Value()), Reasoning: Optional(u.Reasoning.Value()),
	}
	return Optional(t, t != Tokens{})
}

// verbatim turns a usage object that is not JSON into a JSON string: a line must always be valid JSON.
func verbatim(usage json.RawMessage) json.RawMessage {
	if len(usage) == 0 || json.Valid(usage) {
		return usage
	}
	quoted, err := json.Marshal(string(usage))
	if err != nil {
		return nil
	}
	return quoted
}
