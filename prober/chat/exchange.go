package chat

import (
	"encoding/json"
	"time"
)

// Instants are the moments of one exchange, all from one monotonic clock. A zero Time did not happen.
// Started carries the wall clock too.
//
//	Started ─ Connected ─ Written ─ Acked ─ Headers ─ FirstToken ─ FirstOutput … LastToken ─ End
//	   t1        t2         t3      t3a       t4         t6           t6o           t7        t8
//
// Receive instants are the kernel's receive timestamps where the platform has them (see
// Exchange.HasReceiveLag), else they are taken when Read returns and before anything is parsed.
type Instants struct {
	Started   time.Time // the body is encoded, the request is about to be sent
	Connected time.Time // a connection is in hand, reused or new
	Written   time.Time // the last byte of the request was handed to the kernel
	// Acked is when the peer had acknowledged the last byte of the request. It is late by at most 0.5 ms or
	// an eighth of the time since Written, and by the 40 ms for which a peer may delay the acknowledgement.
	// It is zero where the platform does not tell, or the answer came first.
	Acked       time.Time
	Headers     time.Time // the response's first byte
	FirstEvent  time.Time // the first event of any kind, comments excluded
	FirstToken  time.Time // first non-empty piece on any channel: text, reasoning, tool call, refusal
	FirstOutput time.Time // first non-empty piece of text or tool call
	LastToken   time.Time // last token-bearing event
	End         time.Time // end marker, error or end of file: always set
}

// Count is a number that may be unknown, such as tokens that the server did not report.
type Count struct {
	n     int64
	known bool
}

// Counted is a known count.
func Counted(n int64) Count { return Count{n, true} }

// Value is the count, and whether it is known.
func (c Count) Value() (n int64, ok bool) { return c.n, c.known }

// Usage is the server's own account of an exchange. Input is the whole prompt, cached or not,
// whichever way the vendor counts: OpenAI's prompt_tokens, or Anthropic's input_tokens +
// cache_creation_input_tokens + cache_read_input_tokens.
type Usage struct {
	Input      Count
	Cached     Count // of Input, read from a prefix cache; unknown is not 0
	CacheWrite Count // of Input, written to a cache (Anthropic)
	Output     Count // all generated tokens, reasoning included
	Reasoning  Count // of Output
	// Verbatim is the usage object as it was sent: the last one, or for Anthropic
	// {"message_start":…,"message_delta":…}. Nil if there was none.
	Verbatim json.RawMessage

	impossible bool // it held a count that cannot be true
}

// Identity is what the server says about itself.
type Identity struct {
	Model       string
	Fingerprint string // system_fingerprint
	Server      string // the Server header
	Protocol    string // HTTP/1.1, HTTP/2.0
}

// Phases are the parts of setting up a new connection. A part that did not happen is 0: DNS for an address,
// all of them on a reused connection.
type Phases struct {
	DNS, TCP, TLS time.Duration
}

// Recall is the verdict on an answer that was expected to contain Request.Expect.
type Recall uint8

const (
	NotAsked Recall = iota
	Right
	Wrong
)

// RateLimit is what a server's headers say about pacing, the same for every vendor.
type RateLimit struct {
	// RetryAfter is how long the server asks to be left alone; 0 where it does not ask. It comes from
	// Retry-After (seconds or a date), or else, for a throttled answer, from the vendor's reset header of the
	// exhausted limit.
	RetryAfter time.Duration
	// Remaining is the smallest share left, 0 to 1, of any limit whose size and remainder were both sent;
	// HasRemaining is false where there is no such limit.
	Remaining    float64
	HasRemaining bool
}

// Exchange is all that is known of one request and its answer. A failure keeps what came before it.
type Exchange struct {
	ID string
	Instants
	Reused     bool   // the connection had carried an exchange before
	StaleRetry bool   // a reused connection was dead before its first response byte; sent again on a new one
	Phases     Phases // of a new connection
	// CertificateExpiry is when the first certificate of the chain that the server sent expires. It is zero where no
	// handshake was made, as on a reused connection.
	CertificateExpiry time.Time
	Status            int   // HTTP status, 0 before headers
	Sent              int64 // bytes of request body
	Events            int   // token-bearing events, not tokens
	// Whole are the receipts of all token-bearing events, Answer those of text and tool calls alone.
	Whole, Answer Receipts
	// ReasoningEvents are the token-bearing events that carried reasoning as it was generated, not a summary of it.
	ReasoningEvents int
	// Reasons says that the stream announced reasoning, whether or not it showed any.
	Reasons bool
	// LongestGap is between two token-bearing events. With Endpoint.BatchReads, a gap that is longer than
	// that is exact, and a shorter one may be reported as anything up to it.
	LongestGap time.Duration
	HasGap     bool // two token-bearing events or more
	// ReceiveLag is from the kernel's stamp of the first token, which is then FirstToken, until this process
	// had it. HasReceiveLag is false where the kernel stamped nothing.
	ReceiveLag    time.Duration
	HasReceiveLag bool
	// FirstShared says that one read of the connection brought more than the first token: the server wrote
	// more at once, or this process was late. FirstToken may then be the receipt of the newest bytes.
	FirstShared bool
	// Retransmits counts segments that were sent again, including those of a new connection's handshake.
	Retransmits Count
	Usage       Usage
	Finish      string // finish or stop reason, verbatim
	Quirks      Quirks // of an answer that finished
	Identity    Identity
	RateLimit   RateLimit
	Recall      Recall
	Outcome     Outcome
	Cause       Cause // why the outcome is not OK; empty where it is
	Err         error // nil exactly when Outcome is OK; its text holds no prompt, answer or key
}
