package prober

import (
	"context"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// Sender answers requests. chat.Client is the one for real endpoints.
//
// Send blocks until the exchange has ended; it never retries and never panics. It calls first
// at most once, as soon as the first token is read, with the instant at which it was received.
type Sender interface {
	Send(ctx context.Context, r *chat.Request, first func(time.Time)) chat.Exchange
	Close() // releases idle connections; called once, after the last Send has returned
}

// Observer receives every Event, from many goroutines at once. It must not block.
type Observer interface {
	Observe(Event)
}

// Event is one of Started, Described, Sent, FirstToken, Result, Judged, Skipped, RateChanged, Stopped.
type Event interface{ event() }

// Started is the first event of a target.
type Started struct{ Target Target }

// Described tells that a reload changed what is said of a running target, and nothing that is sent: its labels,
// engine, region, tier, infrastructure, budget. Its load, its sessions and its counts go on.
type Described struct{ Target Target }

// Stopped is the last event of a target. Observers then forget the target.
type Stopped struct{ Target string }

// Sent is a request on its way to the endpoint. Its Result follows.
type Sent struct {
	Target string
	ID     string
	Tokens int64 // expected size of the prompt
	At     time.Time
	// Resident is how many tokens the server's prefix cache may now hold for the target's sessions.
	Resident int64
}

// FirstToken is the receipt of a request's first token, as it is read.
type FirstToken struct {
	Target string
	ID     string
	At     time.Time
}

// Skipped is a slot of the schedule that was not used.
type Skipped struct {
	Target string
	Reason Reason
	At     time.Time // the slot's instant, t0
	Tokens float64   // expected size of the prompt that it stood for
}

// Reason why a slot was not used, from a closed set.
type Reason string

const (
	NoBudget    Reason = "budget"      // the turn could cost more than is left
	NoSession   Reason = "no_session"  // every session still waits for its pause to end
	InFlight    Reason = "in_flight"   // Load.MaxInFlight requests have not ended
	Backoff     Reason = "backoff"     // the server asked to be left alone
	Paused      Reason = "paused"      // the operator paused the target
	Maintenance Reason = "maintenance" // the target is in a maintenance window
	Resident    Reason = "resident"    // the server's cache would hold more than Load.MaxResidentTokens for us
	TooLarge    Reason = "too_large"   // the prompt would have more bytes than the workload can need
	Late        Reason = "late"        // the prober itself did not run in time: asleep, or short of processor
)

// Reasons lists the set.
func Reasons() []Reason {
	return []Reason{NoBudget, NoSession, InFlight, Backoff, Paused, Maintenance, Resident, TooLarge, Late}
}

// RateChanged is a change of the load, in tokens per minute: the configured set-point, and what
// back-off, budget and pauses leave of it. It also follows Started. A paused target has an effective rate of 0; one
// whose load has ended (Load.Until) has a set-point of 0 too.
type RateChanged struct {
	Target              string
	SetPoint, Effective float64
	Budget              budget.Level // what the budget leaves
	ThrottledSince      time.Time    // zero while the load is clean
	Pause               Pause
}

// Judged is an SLO verdict, as soon as it is known.
type Judged struct{ slo.Verdict }

func (Started) event()     {}
func (Described) event()   {}
func (Stopped) event()     {}
func (Sent) event()        {}
func (FirstToken) event()  {}
func (Skipped) event()     {}
func (RateChanged) event() {}
func (Judged) event()      {}
func (Result) event()      {}
