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
// its event did not happen or the server did not say; it is never 0 or null then. The fields' comments are
// the documentation of the schema, docs/results.md; {outcomes} stands for the names of all outcomes.
type Record struct {
	V int `json:"v"` // version of this schema: 1
	// sent to the server as X-Request-Id; also the exemplar of a histogram's bucket
	RequestID string `json:"request_id"`
	// the trace span that was kept of the exchange, 16 hexadecimal digits; its trace's id is request_id
	Span    string `json:"span_id,omitempty"`
	Target  string `json:"target"`            // name of the target
	Session string `json:"session,omitempty"` // the session's salt, 12 hexadecimal digits
	Turn    int    `json:"turn"`              // number of the turn in its session, from 0
	// bootstrap, cold, warm, resume, compacted or recovery: what the prompt can expect of a prefix cache; bootstrap
	// and recovery turns are not part of any latency series
	Phase   string `json:"phase"`
	Cache   string `json:"cache"`   // label of the latency series: cold or warm
	Context string `json:"context"` // label of the latency series: the band of the prompt's size
	// t1 on the wall clock, RFC 3339 with nanoseconds, UTC: the body is encoded and about to be sent. Every other
	// instant is in nanoseconds after it, on the monotonic clock
	Started *time.Time `json:"started,omitempty"`
	// t0: the instant that the schedule asked for; negative where the request started late
	Scheduled *int64 `json:"scheduled_ns,omitempty"`
	Connected *int64 `json:"connected_ns,omitempty"` // t2: a connection is in hand
	Written   *int64 `json:"written_ns,omitempty"`   // t3: the last byte of the request was handed to the kernel
	// t3a: the server was seen to have acknowledged the last byte of the request; absent where the platform does not
	// tell or the answer came first
	Acked     *int64 `json:"acked_ns,omitempty"`
	Headers   *int64 `json:"headers_ns,omitempty"`      // t4: first byte of the response
	Event     *int64 `json:"first_event_ns,omitempty"`  // t5: first event of any kind
	Token     *int64 `json:"first_token_ns,omitempty"`  // t6: first token on any channel
	Output    *int64 `json:"first_output_ns,omitempty"` // t6o: first token of text or a tool call
	LastOut   *int64 `json:"last_output_ns,omitempty"`  // last token of text or a tool call
	LastToken *int64 `json:"last_token_ns,omitempty"`   // t7: last token
	End       *int64 `json:"end_ns,omitempty"`          // t8: end marker, error or end of file

	Reused bool `json:"reused"` // the connection had carried an exchange before
	// a reused connection was dead before its first response byte, and the request was sent again on a new one
	StaleRetry bool   `json:"stale_retry,omitempty"`
	DNS        *int64 `json:"dns_ns,omitempty"`     // duration of the name resolution of a new connection
	TCP        *int64 `json:"tcp_ns,omitempty"`     // duration of the TCP handshake of a new connection
	TLS        *int64 `json:"tls_ns,omitempty"`     // duration of the TLS handshake of a new connection
	Status     int    `json:"status,omitempty"`     // HTTP status
	SentBytes  int64  `json:"sent_bytes,omitempty"` // bytes of the request's body
	// token-bearing events; not tokens, as an event may carry several
	Events int `json:"events"`
	// reads of the connection that brought token-bearing events: events of one read have one instant
	Reads int `json:"token_reads,omitempty"`
	// events of the first of these reads; their tokens were generated before the span of which a rate is taken
	FirstRead int `json:"first_read_events,omitempty"`
	// of events, those that carried reasoning as it was generated, not a summary
	Reasoning  int    `json:"reasoning_events,omitempty"`
	Answer     int    `json:"answer_events,omitempty"`            // of events, those of text and tool calls
	AnswerRead int    `json:"answer_reads,omitempty"`             // reads that brought these
	AnswerHead int    `json:"answer_first_read_events,omitempty"` // of answer_events, those of their first read
	LongestGap *int64 `json:"longest_gap_ns,omitempty"`           // longest time between two token-bearing events

	// how long after the kernel's timestamp of the first token, which first_token_ns then is, this process had it;
	// absent without such a timestamp
	ReceiveLag *int64 `json:"receive_lag_ns,omitempty"`
	// more was received together with the first token: the server wrote it at once, or this process was late, and then
	// first_token_ns may be the receipt of the newest of it
	Shared bool `json:"first_token_shared,omitempty"`
	// TCP segments that this side sent again; absent where the platform does not tell
	Retransmits *int64 `json:"tcp_retransmits,omitempty"`
	// this process doubted its own numbers: firsttoken_trustworthy was 0, or the result's own lag was beyond the bound
	Untrusted bool `json:"untrusted,omitempty"`

	Words          int   `json:"words,omitempty"`           // one-token words of the prompt
	Messages       int   `json:"messages,omitempty"`        // messages of the prompt
	ExpectedTokens int64 `json:"expected_tokens,omitempty"` // size of the prompt by the target's calibration
	// tokens of the prompt that a healthy prefix cache would serve
	ExpectedCached int64 `json:"expected_cached_tokens,omitempty"`
	MaxTokens      int   `json:"max_tokens,omitempty"` // output tokens that were asked for

	// the server's usage, the same for every dialect; absent where it sent none
	Tokens *Tokens         `json:"tokens,omitempty"`
	Usage  json.RawMessage `json:"usage,omitempty"` // the usage object as it was sent

	// of a good answer, how it departed from its dialect, from a closed set: the label of firsttoken_quirks_total
	Quirks []chat.Quirk `json:"quirks,omitempty"`

	Finish      string   `json:"finish,omitempty"`                     // finish or stop reason, verbatim
	Model       string   `json:"model,omitempty"`                      // model that answered, as it says
	Fingerprint string   `json:"fingerprint,omitempty"`                // system_fingerprint
	Server      string   `json:"server,omitempty"`                     // Server header
	Protocol    string   `json:"protocol,omitempty"`                   // HTTP/1.1 or HTTP/2.0
	RetryAfter  *int64   `json:"retry_after_ns,omitempty"`             // how long the server asked to be left alone
	Remaining   *float64 `json:"rate_limit_remaining_ratio,omitempty"` // smallest share left of any rate limit, 0 to 1
	// right or wrong, where a question about the depth of the context was asked
	Recall  string `json:"recall,omitempty"`
	Outcome string `json:"outcome"` // {outcomes}
	// why the outcome is not ok, from a closed set: the label of firsttoken_failures_total
	Cause string `json:"cause,omitempty"`
	// what went wrong, for people; holds no prompt, answer or key
	Error string `json:"error,omitempty"`

	// Derived, for readers of lines with jq: which instants to subtract is not obvious.

	// derived: first token after t1 on a reused connection, after t2 on a new one
	TTFT *int64 `json:"ttft_ns,omitempty"`
	// derived: of a finished, streamed answer of N ≥ 16 tokens by usage, hidden ones left out: N · (events after the
	// first read / events) / (t7 − t6)
	TPS    *float64 `json:"output_tokens_per_second,omitempty"`
	Hidden *int64   `json:"hidden_tokens,omitempty"` // derived: tokens that were generated and not streamed
	// derived: the answer came at once, or nearly so, and has no rate
	NotStreamed bool `json:"not_streamed,omitempty"`
	// derived: lost or kept, where usage contradicts what the turn expected of the cache; such a result is in neither
	// population
	CacheResult string `json:"cache_result,omitempty"`
}

// Tokens are the counts that a server reported.
type Tokens struct {
	Input      *int64 `json:"input,omitempty"`             // the whole prompt, cached or not
	Cached     *int64 `json:"input_cached,omitempty"`      // of input, read from a prefix cache
	CacheWrite *int64 `json:"input_cache_write,omitempty"` // of input, written to a cache
	Output     *int64 `json:"output,omitempty"`            // all generated tokens
	Reasoning  *int64 `json:"reasoning,omitempty"`         // of output
}
