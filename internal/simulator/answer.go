package simulator

import (
	"context"
	"io"
	"sync"
	"time"
)

// Batch is the tokens that one step gave to an answer. The first batch of an answer has none: it reports
// the admission.
type Batch struct {
	At     time.Time // the step's end in the engine's own time, however late it is read
	Tokens int
}

// Usage is the engine's account of an answer.
type Usage struct {
	Prompt int // tokens
	Cached int // of Prompt, found in the prefix cache; known from admission on
	Output int // so far
}

// Answer receives the output of a job as the engine makes it.
type Answer struct {
	engine   *Engine
	sequence *sequence
	release  func() bool
	effects  requestEffects
	limited  bool // ends at its max_tokens
	recall   string

	signal chan struct{} // holds a token while there is something to read
	mu     sync.Mutex
	queue  []Batch
	read   int
	usage  Usage
	ended  error // nil while running
}

func newAnswer(e *Engine, s *sequence, j Job) *Answer {
	a := &Answer{engine: e, sequence: s, effects: s.effects, signal: make(chan struct{}, 1)}
	a.limited = s.output == j.MaxTokens && !s.effects.empty
	a.usage.Prompt = s.tokens
	if digits, ok := j.Prompt.Recall(); ok {
		a.recall = digits
		if s.effects.wrongRecall {
			a.recall = misremembered(digits)
		}
	}
	return a
}

// Next waits for the next batch. After the last batch of a finished answer it returns io.EOF. Otherwise
// it returns a *Failure or ErrTruncated from an incident, ErrClosed, or the cause of ctx or of the context
// that the job was submitted with.
func (a *Answer) Next(ctx context.Context) (Batch, error) {
	for {
		if b, ok, err := a.poll(); ok {
			return b, err
		}
		select {
		case <-a.signal:
		case <-ctx.Done():
			return Batch{}, context.Cause(ctx)
		}
	}
}

func (a *Answer) poll() (b Batch, ok bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.read < len(a.queue) {
		b = a.queue[a.read]
		if a.read++; a.read == len(a.queue) {
			a.queue, a.read = a.queue[:0], 0
		}
		return b, true, nil
	}
	return Batch{}, a.ended != nil, a.ended
}

// Cancel ends the answer and frees its place in the engine.
func (a *Answer) Cancel() { a.engine.cancel(a, errCancelled) }

// Usage is the account so far.
func (a *Answer) Usage() Usage {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.usage
}

// Length is how many tokens the answer will have if nothing breaks it. limited says that max_tokens is what
// ends it.
func (a *Answer) Length() (tokens int, limited bool) { return a.sequence.output, a.limited }

// Recall is the number at the start of the answer, if the prompt asks for one and contains it. An incident
// can make it wrong.
func (a *Answer) Recall() (digits string, ok bool) { return a.recall, a.recall != "" }

// names are the model and fingerprint that an incident puts into the answer; empty for its own.
func (a *Answer) names() (model, fingerprint string) {
	return a.effects.model, a.effects.fingerprint
}

// receive takes the machine's progress. The engine's lock is held.
func (a *Answer) receive(p progress) {
	a.mu.Lock()
	a.queue = append(a.queue, Batch{At: a.engine.started.Add(p.at), Tokens: p.tokens})
	a.usage.Cached = p.cached
	a.usage.Output += p.tokens
	a.mu.Unlock()
	if !p.done {
		a.wake()
		return
	}
	if p.err == nil {
		p.err = io.EOF
	}
	a.end(p.err)
}

// end is called once, with the engine's lock held.
func (a *Answer) end(err error) {
	a.mu.Lock()
	a.ended = err
	a.mu.Unlock()
	delete(a.engine.live, a)
	a.release()
	a.wake()
}

func (a *Answer) wake() {
	select {
	case a.signal <- struct{}{}:
	default:
	}
}
