// Package slo judges exchanges against objectives, and gives each verdict as soon as it is known. It
// knows nothing of how exchanges are made or of where verdicts go.
package slo

import (
	"slices"
	"time"
)

// Name is a service level indicator that the prober judges.
type Name string

const (
	TTFT         Name = "ttft"         // threshold in seconds: a first token later than it is bad, as is none
	TPS          Name = "tps"          // threshold in tokens per second: a slower stream is bad, as is a failed one
	Availability Name = "availability" // no threshold: any outcome but ok is bad
	Recall       Name = "recall"       // no threshold: a wrong answer is bad
)

// Names lists the indicators in the order in which a person reads them.
func Names() []Name { return []Name{TTFT, TPS, Availability, Recall} }

// Known reports whether the prober judges an indicator of that name.
func (n Name) Known() bool { return slices.Contains(Names(), n) }

// HasThreshold reports whether an objective for the indicator needs a threshold.
func (n Name) HasThreshold() bool { return n == TTFT || n == TPS }

// Timed reports whether a clock judges the indicator, so that a prober that is late itself can spoil the verdict.
func (n Name) Timed() bool { return n == TTFT || n == TPS }

// Objective is the share of events that must be good, and what good means.
type Objective struct {
	Ratio     float64 // 0 < Ratio < 1, such as 0.95
	Threshold float64 // seconds for ttft, tokens per second for tps, unused otherwise
}

// Verdict is one judged event.
type Verdict struct {
	Target string
	SLO    Name
	Bad    bool
	// Estimated marks a verdict on tps that rests on the number of events, as the server counted no tokens.
	Estimated bool
	// Doubted marks a verdict on a timed indicator that was given while this process doubted its own numbers.
	Doubted bool
	At      time.Time // when it was known, which for a late first token is when its threshold passed
}
