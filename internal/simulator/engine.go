package simulator

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// EngineOptions are what two engines of one profile may differ in.
type EngineOptions struct {
	Name      string // by which incidents mean it; the profile's if empty
	Seed      uint64 // of everything that is random in it
	Incidents []Incident
}

// Engine is a machine that runs on the ordinary time package, real or of a synctest bubble. It has
// no goroutine: a timer fires when the machine's next step ends, and an idle engine has none.
type Engine struct {
	name    string
	profile Profile
	script  script
	started time.Time

	mu      sync.Mutex
	machine *machine
	random  *rand.Rand
	seed    uint64
	count   uint64 // of sequences
	timer   *time.Timer
	live    map[*Answer]struct{}
	closed  bool
}

// NewEngine starts an engine, whose time since the start begins now.
func NewEngine(p Profile, o EngineOptions) (*Engine, error) {
	if err := joined("profile", p.Validate()); err != nil {
		return nil, err
	}
	if o.Name == "" {
		o.Name = p.Name
	}
	s := scriptOf(o.Incidents, o.Name)
	e := &Engine{
		name: o.Name, profile: p, script: s, started: time.Now(), machine: newMachine(p, s),
		random: rand.New(rand.NewPCG(o.Seed, 1)), seed: o.Seed, live: make(map[*Answer]struct{}),
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.timer = time.AfterFunc(math.MaxInt64, e.tick)
	e.timer.Stop() // until there is something to do
	return e, nil
}

// Name is how incidents call the engine.
func (e *Engine) Name() string { return e.name }

// Profile is what the engine was made from.
func (e *Engine) Profile() Profile { return e.profile }

// Job is one request. Prompt is done and stays the caller's to share: it is only read.
type Job struct {
	Prompt    *Prompt
	MaxTokens int  // 0: the answer ends by itself
	MinTokens int  // it does not end by itself before
	IgnoreEOS bool // it does not end by itself before MaxTokens
}

// Submit hands in a job. The answer ends early, and its sequence is freed, when ctx is cancelled.
// An error is a *Failure, as a server would refuse the request, or ErrClosed.
func (e *Engine) Submit(ctx context.Context, j Job) (*Answer, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, ErrClosed
	}
	now := time.Since(e.started)
	e.machine.advance(now)
	s := e.sequence(now, j)
	if s.fate.refusal != nil {
		return nil, s.fate.refusal
	}
	if !e.machine.fits(s) {
		return nil, &Failure{Status: 400, Message: fmt.Sprintf("This model's maximum context length is %d tokens, and the prompt has %d", e.profile.MaxContext, s.tokens)}
	}
	a := newAnswer(e, s, j)
	s.told = a.told
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
	s.fate = e.script.fate(now, s.output, e.random)
	return s
}

// length is how many tokens the answer will have. By itself an answer is as long as coding agents'
// are: median 293 tokens, mean about 440.
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

// tick is called when the machine's next event is due.
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
	if e.closed || a.sequence.phase == gone {
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
	e.closed = true
	e.timer.Stop()
	for a := range e.live {
		a.end(ErrClosed)
	}
}

var errCancelled = errors.New("cancelled")
