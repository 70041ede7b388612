// Package results turns a result into a line of JSON and writes the results file. It knows neither Prometheus nor the
// pages that show its records.
package results

import (
	"encoding/json"
	"time"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// version is the schema of Record. Fields may be added to it; a field that changes its meaning or goes makes a new
// version.
const version = 1

// Record is a result as a line of the results file, as an entry of /targets and as the output of firsttoken once
// --json: everything that was measured, raw, so that every series can be checked against it. A field is absent where
// its event did not happen or the server did not say; it is never 0 or null then. The texts after doc: are the
// documentation of the schema.
type Record struct {
	V         int        `json:"v" doc:"version of this schema: 1"`
	RequestID string     `json:"request_id" doc:"sent to the server as X-Request-Id; also the exemplar of a histogram's bucket"`
	Span      string     `json:"span_id,omitempty" doc:"the trace span that was kept of the exchange, 16 hexadecimal digits; its trace's id is request_id"`
	Target    string     `json:"target" doc:"name of the target"`
	Session   string     `json:"session,omitempty" doc:"the session's salt, 12 hexadecimal digits"`
	Turn      int        `json:"turn" doc:"number of the turn in its session, from 0"`
	Phase     string     `json:"phase" doc:"bootstrap, cold, warm, resume, compacted or recovery: what the prompt can expect of a prefix cache; bootstrap and recovery turns are not part of any latency series"`
	Cache     string     `json:"cache" doc:"label of the latency series: cold or warm"`
	Context   string     `json:"context" doc:"label of the latency series: the band of the prompt's size"`
	Started   *time.Time `json:"started,omitempty" doc:"t1 on the wall clock, RFC 3339 with nanoseconds, UTC: the body is encoded and about to be sent. Every other instant is in nanoseconds after it, on the monotonic clock"`
	Scheduled *int64     `json:"scheduled_ns,omitempty" doc:"t0: the instant that the schedule asked for; negative where the request started late"`
	Connected *int64     `json:"connected_ns,omitempty" doc:"t2: a connection is in hand"`
	Written   *int64     `json:"written_ns,omitempty" doc:"t3: the last byte of the request was handed to the kernel"`
	Acked     *int64     `json:"acked_ns,omitempty" doc:"t3a: the server was seen to have acknowledged the last byte of the request; absent where the platform does not tell or the answer came first"`
	Headers   *int64     `json:"headers_ns,omitempty" doc:"t4: first byte of the response"`
	Event     *int64     `json:"first_event_ns,omitempty" doc:"t5: first event of any kind"`
	Token     *int64     `json:"first_token_ns,omitempty" doc:"t6: first token on any channel"`
	Output    *int64     `json:"first_output_ns,omitempty" doc:"t6o: first token of text or a tool call"`
	LastOut   *int64     `json:"last_output_ns,omitempty" doc:"last token of text or a tool call"`
	LastToken *int64     `json:"last_token_ns,omitempty" doc:"t7: last token"`
	End       *int64     `json:"end_ns,omitempty" doc:"t8: end marker, error or end of file"`

	Reused     bool   `json:"reused" doc:"the connection had carried an exchange before"`
	StaleRetry bool   `json:"stale_retry,omitempty" doc:"a reused connection was dead before its first response byte, and the request was sent again on a new one"`
	DNS        *int64 `json:"dns_ns,omitempty" doc:"duration of the name resolution of a new connection"`
	TCP        *int64 `json:"tcp_ns,omitempty" doc:"duration of the TCP handshake of a new connection"`
	TLS        *int64 `json:"tls_ns,omitempty" doc:"duration of the TLS handshake of a new connection"`
	Status     int    `json:"status,omitempty" doc:"HTTP status"`
	SentBytes  int64  `json:"sent_bytes,omitempty" doc:"bytes of the request's body"`
	Events     int    `json:"events" doc:"token-bearing events; not tokens, as an event may carry several"`
	Reads      int    `json:"token_reads,omitempty" doc:"reads of the connection that brought token-bearing events: events of one read have one instant"`
	FirstRead  int    `json:"first_read_events,omitempty" doc:"events of the first of these reads; their tokens were generated before the span of which a rate is taken"`
	Reasoning  int    `json:"reasoning_events,omitempty" doc:"of events, those that carried reasoning as it was generated, not a summary"`
	Answer     int    `json:"answer_events,omitempty" doc:"of events, those of text and tool calls"`
	AnswerRead int    `json:"answer_reads,omitempty" doc:"reads that brought these"`
	AnswerHead int    `json:"answer_first_read_events,omitempty" doc:"of answer_events, those of their first read"`
	LongestGap *int64 `json:"longest_gap_ns,omitempty" doc:"longest time between two token-bearing events"`

	ReceiveLag  *int64 `json:"receive_lag_ns,omitempty" doc:"how long after the kernel's timestamp of the first token, which first_token_ns then is, this process had it; absent without such a timestamp"`
	Shared      bool   `json:"first_token_shared,omitempty" doc:"more was received together with the first token: the server wrote it at once, or this process was late, and then first_token_ns may be the receipt of the newest of it"`
	Retransmits *int64 `json:"tcp_retransmits,omitempty" doc:"TCP segments that this side sent again; absent where the platform does not tell"`
	Untrusted   bool   `json:"untrusted,omitempty" doc:"this process doubted its own numbers: firsttoken_trustworthy was 0, or the result's own lag was beyond the bound"`

	Words          int   `json:"words,omitempty" doc:"one-token words of the prompt"`
	Messages       int   `json:"messages,omitempty" doc:"messages of the prompt"`
	ExpectedTokens int64 `json:"expected_tokens,omitempty" doc:"size of the prompt by the target's calibration"`
	ExpectedCached int64 `json:"expected_cached_tokens,omitempty" doc:"tokens of the prompt that a healthy prefix cache would serve"`
	MaxTokens      int   `json:"max_tokens,omitempty" doc:"output tokens that were asked for"`

	Tokens *Tokens         `json:"tokens,omitempty" doc:"the server's usage, the same for every dialect; absent where it sent none"`
	Usage  json.RawMessage `json:"usage,omitempty" doc:"the usage object as it was sent"`

	Quirks []chat.Quirk `json:"quirks,omitempty" doc:"of a good answer, how it departed from its dialect, from a closed set: the label of firsttoken_quirks_total"`

	Finish      string   `json:"finish,omitempty" doc:"finish or stop reason, verbatim"`
	Model       string   `json:"model,omitempty" doc:"model that answered, as it says"`
	Fingerprint string   `json:"fingerprint,omitempty" doc:"system_fingerprint"`
	Server      string   `json:"server,omitempty" doc:"Server header"`
	Protocol    string   `json:"protocol,omitempty" doc:"HTTP/1.1 or HTTP/2.0"`
	RetryAfter  *int64   `json:"retry_after_ns,omitempty" doc:"how long the server asked to be left alone"`
	Remaining   *float64 `json:"rate_limit_remaining_ratio,omitempty" doc:"smallest share left of any rate limit, 0 to 1"`
	Recall      string   `json:"recall,omitempty" doc:"right or wrong, where a question about the depth of the context was asked"`
	Outcome     string   `json:"outcome" doc:"{outcomes}"`
	Cause       string   `json:"cause,omitempty" doc:"why the outcome is not ok, from a closed set: the label of firsttoken_failures_total"`
	Error       string   `json:"error,omitempty" doc:"what went wrong, for people; holds no prompt, answer or key"`

	// Derived, for readers of lines with jq: which instants to subtract is not obvious.
	TTFT        *int64   `json:"ttft_ns,omitempty" doc:"derived: first token after t1 on a reused connection, after t2 on a new one"`
	TPS         *float64 `json:"output_tokens_per_second,omitempty" doc:"derived: of a finished, streamed answer of N ≥ 16 tokens by usage, hidden ones left out: N · (events after the first read / events) / (t7 − t6)"`
	Hidden      *int64   `json:"hidden_tokens,omitempty" doc:"derived: tokens that were generated and not streamed"`
	NotStreamed bool     `json:"not_streamed,omitempty" doc:"derived: the answer came at once, or nearly so, and has no rate"`
	CacheResult string   `json:"cache_result,omitempty" doc:"derived: lost or kept, where usage contradicts what the turn expected of the cache; such a result is in neither population"`
}

// Tokens are the counts that a server reported.
type Tokens struct {
	Input      *int64 `json:"input,omitempty" doc:"the whole prompt, cached or not"`
	Cached     *int64 `json:"input_cached,omitempty" doc:"of input, read from a prefix cache"`
	CacheWrite *int64 `json:"input_cache_write,omitempty" doc:"of input, written to a cache"`
	Output     *int64 `json:"output,omitempty" doc:"all generated tokens"`
	Reasoning  *int64 `json:"reasoning,omitempty" doc:"of output"`
}
