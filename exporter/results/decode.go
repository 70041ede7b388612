package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// Decode reads a line of a results file. It refuses a line of another version.
func Decode(line []byte) (Record, error) {
	var rec Record
	if err := json.Unmarshal(line, &rec); err != nil {
		return Record{}, fmt.Errorf("decoding a result: %w", err)
	}
	if rec.V != version {
		return Record{}, fmt.Errorf("decoding a result: version %d is not %d", rec.V, version)
	}
	return rec, nil
}

// Result is the result again, as far as it was recorded: an observer of the results that come from a file counts what
// it would have counted when they happened. Their instants have no monotonic reading.
func (rec Record) Result() prober.Result {
	r := prober.Result{
		Target: rec.Target, Span: rec.Span, Untrusted: rec.Untrusted, Turn: rec.turn(), Exchange: rec.exchange(),
	}
	if rec.Started != nil {
		r.Started = *rec.Started
		for _, i := range rec.instants(&r) {
			if *i.field != nil {
				*i.at = r.Started.Add(time.Duration(**i.field))
			}
		}
		r.Whole.First, r.Whole.Last, r.Answer.First = r.FirstToken, r.LastToken, r.FirstOutput
	}
	return r
}

func (rec Record) turn() workload.Turn {
	return workload.Turn{
		Session: rec.Session, Number: rec.Turn, Phase: workload.Phase(rec.Phase),
		Words: rec.Words, Messages: rec.Messages, MaxTokens: rec.MaxTokens,
		Tokens: rec.ExpectedTokens, Cached: rec.ExpectedCached,
		Recall: rec.Recall != "",
	}
}

// exchange lacks the instants.
func (rec Record) exchange() chat.Exchange {
	x := chat.Exchange{
		ID: rec.RequestID, Reused: rec.Reused, StaleRetry: rec.StaleRetry,
		Phases: chat.Phases{DNS: durationOf(rec.DNS), TCP: durationOf(rec.TCP), TLS: durationOf(rec.TLS)},
		Status: rec.Status, Sent: rec.SentBytes, Events: rec.Events,
		LongestGap: durationOf(rec.LongestGap), HasGap: rec.LongestGap != nil,
		ReceiveLag: durationOf(rec.ReceiveLag), HasReceiveLag: rec.ReceiveLag != nil,
		FirstShared: rec.Shared, Retransmits: count(rec.Retransmits),
		Usage: usageOf(rec.Tokens, rec.Usage), Quirks: chat.QuirksOf(rec.Quirks...), Finish: rec.Finish,
		Identity: chat.Identity{
			Model: rec.Model, Fingerprint: rec.Fingerprint, Server: rec.Server, Protocol: rec.Protocol,
		},
		RateLimit: chat.RateLimit{RetryAfter: durationOf(rec.RetryAfter)},
		Recall:    recallOf(rec.Recall), Outcome: chat.Outcome(rec.Outcome), Cause: chat.Cause(rec.Cause),
		Whole:  chat.Receipts{Reads: rec.Reads, Events: rec.Events, FirstEvents: rec.FirstRead},
		Answer: chat.Receipts{Reads: rec.AnswerRead, Events: rec.Answer, FirstEvents: rec.AnswerHead},

		ReasoningEvents: rec.Reasoning,
	}
	if rec.Remaining != nil {
		x.RateLimit.Remaining, x.RateLimit.HasRemaining = *rec.Remaining, true
	}
	if rec.Error != "" {
		x.Err = errors.New(rec.Error)
	}
	return x
}

func durationOf(n *int64) time.Duration {
	if n == nil {
		return 0
	}
	return time.Duration(*n)
}

func usageOf(t *Tokens, raw json.RawMessage) chat.Usage {
	u := chat.Usage{Verbatim: raw}
	if t == nil {
		return u
	}
	u.Input, u.Cached, u.CacheWrite = count(t.Input), count(t.Cached), count(t.CacheWrite)
	u.Output, u.Reasoning = count(t.Output), count(t.Reasoning)
	return u
}

func count(n *int64) chat.Count {
	if n == nil {
		return chat.Count{}
	}
	return chat.Counted(*n)
}

func recallOf(text string) chat.Recall {
	switch text {
	case "right":
		return chat.Right
	case "wrong":
		return chat.Wrong
	default:
		return chat.NotAsked
	}
}
