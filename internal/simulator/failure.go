package simulator

import (
	"errors"
	"fmt"
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
}

func (f *Failure) Error() string { return fmt.Sprintf("status %d: %s", f.Status, f.Message) }

// overload is the failure of an engine that has a bad time. 429, 503 and 529 say when to come back.
func overload(status int, retry time.Duration) *Failure {
	switch status {
	case 429:
		return &Failure{status, max(retry, time.Second), "Rate limit reached, please slow down"}
	case 503, 529:
		return &Failure{status, max(retry, time.Second), "Overloaded"}
	}
	return &Failure{status, 0, "Internal server error"}
}
