// Package prober keeps a small, steady coding-agent load on each of its targets and says what came
// of every turn. It owns the schedule, the sessions, the back-off and the definitions of what is
// measured (see Result). It knows nothing of Prometheus, YAML files or HTML.
package prober

import (
	"context"
	"log/slog"
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
	// Version becomes part of the prompts that all sessions share.
	Version string
}

// Prober runs one loop for each target.
type Prober struct{ options Options }

// New prepares a prober without targets.
func New(o Options) *Prober { return &Prober{options: o} }

// Apply makes the given targets the ones that run.
func (p *Prober) Apply(targets []Target) error { return duplicates(targets) }

// Targets are those that run, by name.
func (p *Prober) Targets() []Target { return nil }

// Stop ends all loops.
func (p *Prober) Stop(ctx context.Context) error { return ctx.Err() }
