package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// How an answer may end instead of with io.EOF.
var (
	ErrTruncated = errors.New("stream ends here without its end marker") // by incident
	ErrClosed    = errors.New("engine is closed")
)

// Failure is an error that the client receives: as an HTTP status or, once the answer has begun, as an error
// object in the stream.
type Failure struct {
	Status     int
	RetryAfter time.Duration // 0: none
	Message    string
	Code       string // the vendor's; empty: by the status

	body    Body // JSON if empty
	hang    hold // before it is sent
	headers map[string]string
	flood   flood // after the body
	closing <-chan struct{}
}

func (f *Failure) Error() string { return fmt.Sprintf("status %d: %s", f.Status, f.Message) }

// aborted is the end of an answer that its engine gave up, with a finish reason that says so.
type aborted struct{ reason string }

func (a aborted) Error() string { return "aborted: " + a.reason }

func abortion(reason string) aborted { return aborted{cmp.Or(reason, "abort")} }

// Status is how an error shows: an HTTP status from 400 to 599, or MidStream.
type Status string

// MidStream as a status breaks streams half-way with an error object instead of refusing requests.
const MidStream Status = "mid_stream"

// code is the HTTP status; that of MidStream is in the error object.
func (s Status) code() (code int, known bool) {
	if s == MidStream {
		return http.StatusInternalServerError, true
	}
	code, err := strconv.Atoi(string(s))
	return code, err == nil && code >= 400 && code <= 599
}

// statusFailure is a failure by incident, in the words of servers and gateways. 429, 503 and 529 say when to
// come back.
func statusFailure(status int, retry time.Duration) *Failure {
	f := &Failure{Status: status, Message: statusMessage(status)}
	switch status {
	case http.StatusBadRequest:
		f.Code = "context_length_exceeded"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, statusOverloaded:
		f.RetryAfter = max(retry, time.Second)
	}
	return f
}

// statusOverloaded is Anthropic's status of an overload.
const statusOverloaded = 529

func statusMessage(status int) string {
	messages := map[int]string{
		http.StatusBadRequest: "This model's maximum context length is 131072 tokens. However, your messages resulted " +
			"in 140000 tokens. Please reduce the length of the messages.",
		http.StatusUnauthorized:          "Incorrect API key provided",
		http.StatusForbidden:             "You are not allowed to sample from this model",
		http.StatusNotFound:              "The model does not exist or you do not have access to it",
		http.StatusRequestTimeout:        "Request timed out",
		http.StatusRequestEntityTooLarge: "Request body is too large",
		http.StatusTooManyRequests:       "Rate limit reached, please slow down",
		http.StatusInternalServerError:   "Internal server error",
		http.StatusBadGateway:            "Bad gateway",
		http.StatusServiceUnavailable:    "Overloaded",
		http.StatusGatewayTimeout:        "Gateway timeout",
		statusOverloaded:                 "Overloaded",
	}
	return cmp.Or(messages[status], http.StatusText(status), "Error")
}
