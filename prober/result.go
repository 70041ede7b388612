package prober

import (
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
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
	Untrusted bool       // this process doubted its own numbers; see Options.Trust
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

// generation is the span of the stream and the number of its steps, N − 1, when it finished and N,
// reported by the server, is at least MinTokens.
func (r Result) generation() (span time.Duration, steps float64, ok bool) {
	n, counted := r.Usage.Output.Value()
	span, ran := between(r.FirstToken, r.LastToken)
	if !counted || n < MinTokens || !ran || span <= 0 || r.Outcome != chat.OK {
		return 0, 0, false
	}
	return span, float64(n - 1), true
}

// InterToken is the mean time between tokens of the stream, (t7 − t6)/(N − 1).
func (r Result) InterToken() (time.Duration, bool) {
	span, steps, ok := r.generation()
	if !ok {
		return 0, false
	}
	return time.Duration(float64(span) / steps), true
}

// TPS is the output tokens per second that one user sees, (N − 1)/(t7 − t6).
func (r Result) TPS() (float64, bool) {
	span, steps, ok := r.generation()
	if !ok {
		return 0, false
	}
	return steps / span.Seconds(), true
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

// Context is the result's context label.
func (r Result) Context() string {
	n, _ := r.InputTokens()
	return workload.BandOf(n)
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
	return c
}

// between is false when either instant is missing.
func between(from, to time.Time) (time.Duration, bool) {
	if from.IsZero() || to.IsZero() {
		return 0, false
	}
	return to.Sub(from), true
}
