package chat

// Cause is why an exchange was not OK, from a closed set that is safe as a label. It is finer than Outcome, and each
// cause belongs to one outcome.
type Cause string

// The causes; the table below has a row for each.
const (
	CauseDNS            Cause = "dns"
	CauseConnectRefused Cause = "connect_refused"
	CauseConnectTimeout Cause = "connect_timeout"
	CauseConnect        Cause = "connect"
	CauseProxy          Cause = "proxy"
	CauseTLSExpired     Cause = "tls_expired"
	CauseTLSUntrusted   Cause = "tls_untrusted"
	CauseTLSName        Cause = "tls_name"
	CauseTLS            Cause = "tls"

	CauseHTTP429    Cause = "http_429"
	CauseHTTP529    Cause = "http_529"
	CauseOverloaded Cause = "overloaded"

	CauseHTTP500 Cause = "http_500"
	CauseHTTP502 Cause = "http_502"
	CauseHTTP503 Cause = "http_503"
	CauseHTTP5xx Cause = "http_5xx"

	CauseContextOverflow Cause = "context_overflow"
	CauseUnknownModel    Cause = "unknown_model"
	CauseNotFound        Cause = "http_404"
	CauseTooLarge        Cause = "http_413"
	CauseBadRequest      Cause = "http_400"
	CauseRedirect        Cause = "http_3xx"
	CauseOddStatus       Cause = "http_other"

	CauseUnauthorized Cause = "http_401"
	CauseForbidden    Cause = "http_403"
	CausePayment      Cause = "payment"

	CauseErrorEvent     Cause = "error_event"
	CauseMalformed      Cause = "malformed"
	CauseConnectionLost Cause = "connection_lost"
	CauseNotAStream     Cause = "not_a_stream"
	CauseAborted        Cause = "aborted"

	CauseEmpty Cause = "empty"

	CauseNoFinish Cause = "no_finish"
	CauseNoEvents Cause = "no_events"

	CauseStalled Cause = "stalled"

	CauseNoFirstToken Cause = "no_first_token"
	CauseTooLong      Cause = "too_long"
	CauseHTTP408      Cause = "http_408"
	CauseHTTP504      Cause = "http_504"

	CauseFileDescriptors Cause = "file_descriptors"
	CauseKeyFile         Cause = "key_file"
	CauseMemory          Cause = "memory"

	CauseCancelled Cause = "cancelled"
)

// cause is one row of the table.
type cause struct {
	name    Cause
	outcome Outcome
	meaning string // for documents
}

// causes is the table, in the order of the outcomes.
func causes() []cause {
	return []cause{
		{CauseDNS, Refused, "the name could not be resolved"},
		{CauseConnectRefused, Refused, "nothing listens at the address"},
		{CauseConnectTimeout, Refused, "no answer to the connection attempt in time"},
		{CauseConnect, Refused, "no connection for another cause"},
		{CauseProxy, Refused, "the proxy did not connect"},
		{CauseTLSExpired, Refused, "the server's certificate has expired, or is not valid yet"},
		{CauseTLSUntrusted, Refused, "the server's certificate is by an unknown authority"},
		{CauseTLSName, Refused, "the server's certificate is for another name"},
		{CauseTLS, Refused, "the TLS handshake failed for another cause"},
		{CauseHTTP429, Throttled, "HTTP 429"},
		{CauseHTTP529, Throttled, "HTTP 529, Anthropic's and Dynamo's overload"},
		{CauseOverloaded, Throttled, "an error whose type or code says rate limit or overload, with any status"},
		{CauseHTTP500, ServerError, "HTTP 500"},
		{CauseHTTP502, ServerError, "HTTP 502: a gateway without its engine"},
		{CauseHTTP503, ServerError, "HTTP 503 without a rate-limit error: no capacity, or not ready"},
		{CauseHTTP5xx, ServerError, "any other HTTP 5xx"},
		{CauseContextOverflow, Rejected, "the prompt and its answer do not fit into the model's window"},
		{CauseUnknownModel, Rejected, "the server does not have the model"},
		{CauseNotFound, Rejected, "HTTP 404: a wrong address"},
		{CauseTooLarge, Rejected, "HTTP 413: the body is larger than a gateway allows"},
		{CauseBadRequest, Rejected, "HTTP 400 or 422: a field that the server refuses"},
		{CauseRedirect, Rejected, "HTTP 3xx: redirects are not followed"},
		{CauseOddStatus, Rejected, "any other HTTP status that is no answer"},
		{CauseUnauthorized, Denied, "HTTP 401: the key is missing or wrong"},
		{CauseForbidden, Denied, "HTTP 403: the key has no right to this"},
		{CausePayment, Denied, "HTTP 402, or an error about the account's money"},
		{CauseErrorEvent, Broken, "an error object in an answer that began with 200"},
		{CauseMalformed, Broken, "data that are no events, or events that are no JSON"},
		{CauseConnectionLost, Broken, "the connection was cut"},
		{CauseNotAStream, Broken, "a 200 with a whole document instead of a stream"},
		{CauseAborted, Broken, "the engine gave up: its finish reason says so"},
		{CauseEmpty, Empty, "finished, without a single token"},
		{CauseNoFinish, Truncated, "the stream ended without its finish marker"},
		{CauseNoEvents, Truncated, "the stream ended before its first event"},
		{CauseStalled, Stalled, "nothing for stall_timeout"},
		{CauseNoFirstToken, Timeout, "no first token within first_token_timeout"},
		{CauseTooLong, Timeout, "not finished within timeout"},
		{CauseHTTP408, Timeout, "HTTP 408: a gateway's timeout"},
		{CauseHTTP504, Timeout, "HTTP 504: a gateway's timeout"},
		{CauseFileDescriptors, Local, "this process has no file descriptors left"},
		{CauseKeyFile, Local, "the key file cannot be read, is empty or holds more than a key"},
		{CauseMemory, Local, "this machine has no memory or no ports left"},
		{CauseCancelled, Cancelled, "shutdown or reload"},
	}
}

// Causes lists the set.
func Causes() []Cause {
	var names []Cause
	for _, row := range causes() {
		names = append(names, row.name)
	}
	return names
}

// Outcome is the one that the cause belongs to; OK for none.
func (c Cause) Outcome() Outcome {
	for _, row := range causes() {
		if row.name == c {
			return row.outcome
		}
	}
	return OK
}

// Meaning of the cause, for documents and people; empty for none.
func (c Cause) Meaning() string {
	for _, row := range causes() {
		if row.name == c {
			return row.meaning
		}
	}
	return ""
}
