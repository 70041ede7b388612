package simulator

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/common/model"
)

// EngineOptions are the differences between two engines of one profile.
type EngineOptions struct {
	Name      string // in incidents; the profile's if empty
	Seed      uint64 // of all random choices
	Incidents []Incident
}

// Engine runs a machine on the ordinary time package, in real time or in a synctest bubble. It has no
// goroutine: a timer fires when the machine's next step ends, and an idle engine has no timer.
type Engine struct {
	name    string
	profile Profile
	started time.Time

	mu      sync.Mutex
	machine *machine
	random  *rand.Rand
	seed    uint64
	count   uint64 // of sequences
	timer   *time.Timer
	live    map[*Answer]struct{}
	closed  bool
	closing chan struct{}
}

// NewEngine starts an engine. The instants of incidents count from now.
func NewEngine(p Profile, o EngineOptions) (*Engine, error) {
	if err := joined("profile", p.Validate()); err != nil {
		return nil, err
	}
	if o.Name == "" {
		o.Name = p.Name
	}
	e := &Engine{
		name: o.Name, profile: p, started: time.Now(), machine: newMachine(p, scriptOf(o.Incidents, o.Name)),
		random: rand.New(rand.NewPCG(o.Seed, 1)), seed: o.Seed, live: make(map[*Answer]struct{}),
		closing: make(chan struct{}),
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.timer = time.AfterFunc(math.MaxInt64, e.tick)
	e.timer.Stop() // until there is work
	return e, nil
}

// Name is the name of the engine in incidents.
func (e *Engine) Name() string { return e.name }

// Profile is the profile that the engine was made from.
func (e *Engine) Profile() Profile { return e.profile }

// Job is one request. The engine only reads Prompt, so callers may share it.
type Job struct {
	Prompt    *Prompt
	MaxTokens int  // 0: no limit
	MinTokens int  // the answer does not end by itself before
	IgnoreEOS bool // the answer ends at MaxTokens only
}

// Submit starts a job. When ctx ends, the answer ends early and its place is free. An error is ErrClosed, or
// a *Failure by which a server refuses the request.
func (e *Engine) Submit(ctx context.Context, j Job) (*Answer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, ErrClosed
	}
	now := time.Since(e.started)
	e.machine.advance(now)
	s := e.sequence(now, j)
	if refusal := s.effects.refusal; refusal != nil {
		refusal.closing = e.closing
		return nil, refusal
	}
	if !e.machine.fits(s) {
		return nil, &Failure{Status: 400, Message: fmt.Sprintf("This model's maximum context length is %d tokens, and the "+
			"prompt has %d", e.profile.MaxContext, s.tokens)}
	}
	a := newAnswer(e, s, j)
	s.notify = a.receive
	a.release = context.AfterFunc(ctx, func() { e.cancel(a, context.Cause(ctx)) })
	e.live[a] = struct{}{}
	e.machine.submit(now, s)
	e.rearm()
	return a, nil
}

func (e *Engine) sequence(now time.Duration, j Job) *sequence {
	e.count++
	s := &sequence{prompt: j.Prompt, tokens: j.Prompt.Tokens(), random: *rand.NewPCG(e.seed, e.count)}
	s.output = e.length(j)
	s.effects = e.machine.script.request(now, s.output, e.random)
	s.output = s.effects.tokens(s.output)
	return s
}

// length is how many tokens the answer will have. An answer that ends by itself is as long as those of coding
// agents: median 293 tokens, mean about 440.
func (e *Engine) length(j Job) int {
	if j.MaxTokens > 0 && (j.IgnoreEOS || e.random.Float64() >= e.profile.StopRatio) {
		return j.MaxTokens
	}
	natural := int(min(max(293*math.Exp(0.9*e.random.NormFloat64()), 16), 4096))
	natural = max(natural, j.MinTokens)
	if j.MaxTokens > 0 {
		return min(natural, j.MaxTokens)
	}
	return natural
}

// Hold puts a prompt into the prefix cache, as if the engine had just computed it. What has been idle longest makes
// room.
func (e *Engine) Hold(p *Prompt) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.machine.advance(time.Since(e.started))
	e.machine.cache.insert(p.hashes)
}

// Play adds an incident, whose At counts from now. It must be valid.
func (e *Engine) Play(i Incident) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Since(e.started)
	e.machine.advance(now)
	i.At += model.Duration(now)
	e.machine.script = append(e.machine.script, scriptOf([]Incident{i}, e.name)...)
}

// tick runs when the machine's next event is due.
func (e *Engine) tick() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	e.machine.advance(time.Since(e.started))
	e.rearm()
}

func (e *Engine) rearm() {
	if at, ok := e.machine.next(); ok {
		e.timer.Reset(at - time.Since(e.started))
		return
	}
	e.timer.Stop()
}

// cancel ends an answer early and frees its sequence.
func (e *Engine) cancel(a *Answer, cause error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed || a.sequence.stage == gone {
		return
	}
	now := time.Since(e.started)
	e.machine.advance(now)
	e.machine.cancel(now, a.sequence)
	a.end(cause)
	e.rearm()
}

// Close ends every answer with ErrClosed and stops the engine.
func (e *Engine) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return
	}
	e.closed = true
	close(e.closing)
	e.timer.Stop()
	for a := range e.live {
		a.end(ErrClosed)
	}
}

var errCancelled = errors.New("cancelled")
