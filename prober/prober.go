// Package prober keeps a small, steady coding-agent load on each of its targets and reports the
// result of every turn. It owns the schedule, the sessions, the back-off and the definitions of what
// is measured (see Result). It knows nothing of Prometheus, configuration files or HTML.
package prober

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/internal/waker"
	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// Options of a Prober.
type Options struct {
	// Connect prepares to send to a target, without sending anything yet.
	Connect  func(Target) (Sender, error)
	Observer Observer
	Logger   *slog.Logger // nil discards
	// Seed makes sessions and schedules repeatable. It should differ from start to start: with the
	// same one, a restarted prober repeats yesterday's prompts and finds them in the server's cache.
	Seed uint64
	// Budget is what targets may spend; nil is no bound.
	Budget Budget
	// Pauses keeps the pauses by hand beyond the life of the process; nil forgets them.
	Pauses Pauses
	// Memory keeps back-offs beyond the life of a loop; nil forgets them.
	Memory Memory
	// Trust decides for each result whether it can be believed; nil believes all.
	Trust Trust
	// NewTimer makes the timer that wakes a loop; nil is waker.GoTimer.
	NewTimer func() waker.Timer
	// Version becomes part of the prompts that all sessions share.
	Version string
	// Resume makes each load go on as if it had been running, instead of beginning: see resume. It receives the
	// last prompt of each session, and puts it into the prefix cache of the target's server before it returns. Only a
	// simulated server lets it; nil begins.
	Resume func(t Target, last chat.Conversation)
	// Estimates are shared with whoever else needs those of the targets' workloads; nil makes some.
	Estimates *workload.Estimates
}

// Trust judges whether this process measures well enough to be believed. It is asked from many goroutines at once.
type Trust interface {
	Judge(r Result, now time.Time) bool // whether a result that has just ended can be believed; it is evidence, too
	Trusted(now time.Time) bool         // whether anything that is measured at now can
}

// Budget keeps what targets spend within their caps. It is asked from many goroutines at once.
type Budget interface {
	// Reserve makes room for a request that is sent at about now and uses worst at most. After an error
	// it must not be sent.
	Reserve(target string, now time.Time, worst budget.Amount) (budget.Reservation, error)
	// Level is what the budget leaves of the target's load.
	Level(target string, now time.Time) budget.Level
}

// Prober runs one loop for each target.
type Prober struct {
	options  Options
	corpus   *workload.Corpus
	applying sync.Mutex // one Apply at a time
	starts   uint64     // loops started so far; guarded by applying

	mu      sync.Mutex // never held while waiting
	running map[string]*running
	stopped bool
}

// running is a loop and the means to end it.
type running struct {
	target Target
	hash   uint64
	whole  uint64 // of the target with its description; guarded by the prober's mu
	loop   *loop
	run    func() // the loop, from its first event to its last
	cancel context.CancelFunc
	done   chan struct{} // closed when run has returned
}

// New prepares a prober without targets.
func New(o Options) *Prober { return newProber(o, workload.NewCorpus(o.Version)) }

func newProber(o Options, corpus *workload.Corpus) *Prober {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.NewTimer == nil {
		o.NewTimer = waker.GoTimer
	}
	if o.Estimates == nil {
		o.Estimates = &workload.Estimates{}
	}
	if o.Pauses == nil {
		o.Pauses = newPauses()
	}
	return &Prober{
		options: o,
		corpus:  corpus,
		running: make(map[string]*running),
	}
}
