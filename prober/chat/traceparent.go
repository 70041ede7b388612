package chat

// W3C Trace Context, level 1 (https://www.w3.org/TR/trace-context/): the request id of 32 hexadecimal
// digits is the trace's id, and its first half is the id of the exchange's span. So a request id is enough
// to name the span:
//
//	X-Request-Id:    4bf92f3577b34da6a3ce929d0e0e4736
//	traceparent:  00-4bf92f3577b34da6a3ce929d0e0e4736-4bf92f3577b34da6-01
//	              │                 │                        │          └ sampled
//	              version        trace                 parent: our span

const (
	traceDigits = 32
	spanDigits  = 16
)

// SpanID is the id of the span of the exchange with that request id, 16 lower-case hexadecimal digits.
// It is false for a request id that cannot be a trace id: not 32 lower-case hexadecimal digits, or only
// zeros in its first half.
func SpanID(requestID string) (string, bool) {
	if len(requestID) != traceDigits {
		return "", false
	}
	zeros := true
	for i := range traceDigits {
		c := requestID[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", false
		}
		zeros = zeros && (i >= spanDigits || c == '0')
	}
	return requestID[:spanDigits], !zeros
}

// traceparent always says sampled. Whether the span is worth keeping is known when the exchange has ended,
// and the server has to decide before.
func traceparent(requestID string) (string, bool) {
	span, ok := SpanID(requestID)
	return "00-" + requestID + "-" + span + "-01", ok
}
