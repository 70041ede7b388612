package prober

import (
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/preset"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// Result is one turn and its exchange. Its methods define what firsttoken reports; each returns
// false for what did not happen. The instants t0 to t7 are those of chat.Instants.
type Result struct {
	Target    string
	Turn      workload.Turn
	Scheduled time.Time  // t0, the slot's instant
	Missed    []slo.Name // objectives of which the exchange was a bad event
	// TokensPerWord is the calibration after this result. CalibrationBounded says that it stands at a bound, and that the
	// sizes of prompts are not to be believed.
	TokensPerWord      float64
	CalibrationBounded bool
	// ResidentTokens is how many tokens the server's prefix cache may hold for the target's sessions after this result.
	ResidentTokens int64
	Untrusted      bool // this process doubted its own numbers; see Options.Trust
	// Span is the id of the trace span that was kept of the exchange, 16 hexadecimal digits; its trace
	// is ID. Empty where none was kept. The prober leaves it empty: an observer that keeps spans stands
	// before all others and fills it in for them.
	Span string
	chat.Exchange
}

// MinTokens is how many output tokens a stream needs before its rate means anything.
const MinTokens = 16

// Steady reports whether the result belongs to the steady load whose latency is reported: a
// bootstrap turn sends a whole history at once, as no user does.
func (r Result) Steady() bool { return steady(r.Turn) }

func steady(t workload.Turn) bool {
	return t.Phase != workload.Bootstrap && t.Phase != workload.Recovery
}

// Lag is how late we were, not the server: t1 − t0. Numbers taken under lag are about this process;
// look at it before believing any of them.
func (r Result) Lag() (time.Duration, bool) { return between(r.Scheduled, r.Started) }

// SetUp is the time that went into getting a connection: t2 − t1. Next to nothing on a reused one.
func (r Result) SetUp() (time.Duration, bool) { return between(r.Started, r.Connected) }

// TTFT is the time to first token on a connection in hand, as a resident agent feels it:
//
//	reused connection   t6 − t1
//	new connection      t6 − t2   (its set-up is reported by itself)
//
// Bytes that were on their way at t1 count; a handshake does not.
func (r Result) TTFT() (time.Duration, bool) {
	if r.Reused {
		return between(r.Started, r.FirstToken)
	}
	return between(r.Connected, r.FirstToken)
}

// TTFTFromSchedule is t6 − t0: what a user would have felt who did not wait for our scheduler, the
// connection's set-up included.
func (r Result) TTFTFromSchedule() (time.Duration, bool) { return between(r.Scheduled, r.FirstToken) }

// TimeToFirstOutput is the time to the first token that is not reasoning, counted like TTFT.
func (r Result) TimeToFirstOutput() (time.Duration, bool) {
	if r.Reused {
		return between(r.Started, r.FirstOutput)
	}
	return between(r.Connected, r.FirstOutput)
}

// Uploaded is the end of the upload: t3a, when the peer was seen to have acknowledged the last byte
// of the request, or else t3, when the kernel had it.
func (r Result) Uploaded() time.Time {
	if r.Acked.IsZero() {
		return r.Written
	}
	return r.Acked
}

// ServerWait is from the end of the upload to the first token: t6 − t3a, or t6 − t3. Comparable with
// the engine's own TTFT.
func (r Result) ServerWait() (time.Duration, bool) { return between(r.Uploaded(), r.FirstToken) }

// Upload is from the connection in hand to the end of the upload: t3a − t2, or t3 − t2.
func (r Result) Upload() (time.Duration, bool) { return between(r.Connected, r.Uploaded()) }

// ReceiveDelay is from the kernel's stamp of the first token to the moment at which we had it. Like
// Lag it is about this process: times from user space would be late by as much.
func (r Result) ReceiveDelay() (time.Duration, bool) { return r.ReceiveLag, r.HasReceiveLag }

// Duration is t7 − t1, whatever comes after the last token.
func (r Result) Duration() (time.Duration, bool) { return between(r.Started, r.LastToken) }

// HiddenTokens are those of the answer that were generated and not streamed: reasoning that the server keeps to itself
// or tells only in summary. It is false where the server does not say how many tokens were reasoning.
func (r Result) HiddenTokens() (int64, bool) {
	n, ok := r.Usage.Reasoning.Value()
	if !ok || int64(r.ReasoningEvents)*mostPerEvent >= n {
		return 0, ok
	}
	return n, true
}

// mostPerEvent is how many tokens of reasoning an event may stand for. Engines that speculate send several at once; a
// summary has fewer events than that.
const mostPerEvent = 16

// rate selects the part of the stream that gives the rate: the whole stream, or the answer alone where tokens were
// hidden. counted is false where the server counted no tokens, or more than the stream can hold.
func (r Result) rate() (receipts chat.Receipts, tokens int64, counted bool) {
	receipts = r.Whole
	tokens, counted = r.Usage.Output.Value()
	hidden, _ := r.HiddenTokens()
	if r.hidesUncounted() {
		return r.Answer, 0, false
	}
	if r.Quirks.Has(chat.QuirkOtherChoice) {
		return r.Whole, 0, false // the count is that of all choices
	}
	if hidden > 0 {
		receipts, tokens = r.Answer, tokens-hidden
	}
	return receipts, tokens, counted && tokens <= receipts.MostTokens()
}

// hidesUncounted reports whether the server kept reasoning to itself and does not say how many tokens it was, as
// Anthropic's older models: what it counts is no count of what was streamed.
func (r Result) hidesUncounted() bool {
	_, counted := r.Usage.Reasoning.Value()
	return r.Reasons && r.ReasoningEvents == 0 && !counted
}

// The least that a stream must have for its rate to be that of the engine.
const (
	minReads    = 4                      // of the wire
	minEventGap = 250 * time.Microsecond // in the mean: no engine generates 4,000 events a second for one user
)

// NotStreamed reports whether an answer of MinTokens or more came at once, or nearly so: something between the engine
// and this process collected it first. What its user felt is not a rate.
func (r Result) NotStreamed() bool {
	s, tokens, counted := r.rate()
	if !counted {
		tokens = int64(s.Events)
	}
	if r.Outcome != chat.OK || tokens < MinTokens || s.Events == 0 {
		return false
	}
	return s.Reads < minReads || s.Span() < time.Duration(s.Events)*minEventGap
}

// generation is the span of the stream and the number of tokens that were generated in it, when it finished, was
// streamed, and had MinTokens or more. Tokens of the first read were generated before the span:
//
//	tokens in the span = N · (events after the first read / all events)
//
// With one token an event and one event a read that is N − 1. counted is false where the server counted no tokens; then
// N is the number of events, an estimate that is too low where events carry several.
func (r Result) generation() (span time.Duration, tokens float64, counted, ok bool) {
	s, n, counted := r.rate()
	if !counted {
		n = int64(s.Events)
	}
	if n < MinTokens || r.Outcome != chat.OK || s.Events == 0 || r.NotStreamed() {
		return 0, 0, counted, false
	}
	return s.Span(), float64(n) * s.After(), counted, true
}

// Streamed are the tokens that count in a rate, and StreamedFor the time in which they came: a mean rate of several
// answers is the sum of the one over the sum of the other, and no mean of rates.
func (r Result) Streamed() (tokens float64, ok bool) {
	_, tokens, counted, ok := r.generation()
	return tokens, ok && counted
}

// StreamedFor is the time in which the tokens of Streamed came.
func (r Result) StreamedFor() (time.Duration, bool) {
	span, _, counted, ok := r.generation()
	return span, ok && counted
}

// InterToken is the mean time between tokens of the stream, the inverse of TPS.
func (r Result) InterToken() (time.Duration, bool) {
	span, tokens, counted, ok := r.generation()
	if !ok || !counted {
		return 0, false
	}
	return time.Duration(float64(span) / tokens), true
}

// TPS is the output tokens per second that one user saw stream in, by the server's count; see generation.
func (r Result) TPS() (float64, bool) {
	span, tokens, counted, ok := r.generation()
	if !ok || !counted {
		return 0, false
	}
	return tokens / span.Seconds(), true
}

// EstimatedTPS is the same by the number of events, where the server counted no tokens. It is no higher than the truth.
func (r Result) EstimatedTPS() (float64, bool) {
	span, tokens, counted, ok := r.generation()
	if !ok || counted {
		return 0, false
	}
	return tokens / span.Seconds(), true
}

// Stall is the longest gap between two token-bearing events.
func (r Result) Stall() (time.Duration, bool) { return r.LongestGap, r.HasGap }

// InputTokens is the size of the prompt as the server counted it, or as it was expected where the
// server said nothing; reported says which.
func (r Result) InputTokens() (n int64, reported bool) {
	if n, ok := r.Usage.Input.Value(); ok {
		return n, true
	}
	return r.Turn.Tokens, false
}

// CacheResult compares the server's usage with what the turn expected of the cache. Lost: the server had kept less than
// half of a warm turn. Kept: it had kept more than half of a cold one. Expected: they agree, or the server does not
// tell.
func (r Result) CacheResult() CacheResult {
	cached, told := r.Usage.Cached.Value()
	input, _ := r.Usage.Input.Value()
	switch {
	case !told:
		return Expected
	case r.Turn.Phase == workload.Warm && 2*cached < r.Turn.Cached:
		return Lost
	case r.Turn.Phase != workload.Warm && 2*(cached-r.Turn.Cached) > input-r.Turn.Cached && cached > r.Turn.Cached:
		return Kept
	}
	return Expected
}

// CacheResult compares the cache with what a turn expected of it, from a closed set.
type CacheResult string

// The results. Lost and Kept belong to neither of the populations cold and warm.
const (
	Expected CacheResult = "expected"
	Lost     CacheResult = "lost"
	Kept     CacheResult = "kept"
)

// Context is the result's context label.
func (r Result) Context() string {
	n, _ := r.InputTokens()
	return workload.BandOf(n)
}

// Remedy is what to change in the configuration so that the server takes what it refused; empty where none is known.
func (r Result) Remedy() string {
	if r.Err == nil || (r.Outcome != chat.Rejected && r.Outcome != chat.Denied && r.Outcome != chat.ServerError) {
		return ""
	}
	return preset.Remedy(r.Err.Error())
}

// completion is what the target's objectives judge the result by.
func (r Result) completion() slo.Completion {
	c := slo.Completion{
		At:      r.End,
		Failed:  r.Outcome != chat.OK,
		Excused: r.Outcome.Excused(),
		Asked:   r.Recall != chat.NotAsked,
		Wrong:   r.Recall == chat.Wrong,
	}
	c.TTFT, c.HasTTFT = r.TTFT()
	c.TPS, c.HasTPS = r.TPS()
	c.NotStreamed = r.NotStreamed()
	if tps, ok := r.EstimatedTPS(); ok {
		c.TPS, c.HasTPS, c.EstimatedTPS = tps, true, true
	}
	return c
}

// between is false when either instant is missing.
func between(from, to time.Time) (time.Duration, bool) {
	if from.IsZero() || to.IsZero() {
		return 0, false
	}
	return to.Sub(from), true
}
