package chat

// Outcome is how an exchange ended, from a closed set that is safe as a label.
type Outcome string

const (
	OK        Outcome = "ok"        // finished as its dialect says a finished answer ends
	Refused   Outcome = "refused"   // no connection: name resolution, TCP, TLS, proxy
	Throttled Outcome = "throttled" // 429, 503 or 529, or a vendor's rate-limit or overload error in a stream
	Rejected  Outcome = "rejected"  // any other HTTP status than 200: wrong key, unknown model, 500
	Broken    Outcome = "broken"    // an error object in a 200, malformed data, a connection cut
	Truncated Outcome = "truncated" // a clean end of file without the dialect's finish marker
	Stalled   Outcome = "stalled"   // began to answer, then nothing for Endpoint.StallTimeout
	Timeout   Outcome = "timeout"   // not finished within Endpoint.Timeout
	Cancelled Outcome = "cancelled" // given up by the prober itself: shutdown, reload
)

// Outcomes lists the set, in the order in which a person reads it.
func Outcomes() []Outcome {
	return []Outcome{OK, Refused, Throttled, Rejected, Broken, Truncated, Stalled, Timeout, Cancelled}
}
