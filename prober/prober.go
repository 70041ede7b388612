// Package prober keeps a small, steady coding-agent load on each of its targets and says what came
// of every turn. It owns the schedule, the sessions, the back-off and the definitions of what is
// measured (see Result). It knows nothing of Prometheus, YAML files or HTML.
package prober

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/internal/waker"
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
	// Trust says of each result whether it can be believed; nil believes all.
	Trust Trust
	// NewTimer makes the timer that wakes a loop; nil is waker.GoTimer.
	NewTimer func() waker.Timer
	// Version becomes part of the prompts that all sessions share.
	Version string
}

// Trust judges whether this process measures well enough for a result to be believed. It is asked
// from many goroutines at once, with a result that ended at about now.
type Trust interface {
	Judge(r Result, now time.Time) bool
}

// errStopped answers an Apply that comes after Stop, or during which Stop came.
var errStopped = errors.New("the prober has been stopped")

// Prober runs one loop for each target.
type Prober struct {
	options   Options
	corpus    *workload.Corpus
	applying  sync.Mutex                           // one Apply at a time
	estimates map[workload.Shape]workload.Estimate // guarded by applying, as is starts
	starts    uint64                               // of loops so far

	mu      sync.Mutex // never held while waiting
	running map[string]*running
	stopped bool
}

// running is a loop and how to end it.
type running struct {
	target Target
	hash   uint64
	loop   *loop
	run    func() // the loop, from its first event to its last
	cancel context.CancelFunc
	done   chan struct{} // closed when run has returned
}

// New prepares a prober without targets.
func New(o Options) *Prober {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.NewTimer == nil {
		o.NewTimer = waker.GoTimer
	}
	return &Prober{
		options:   o,
		corpus:    workload.NewCorpus(o.Version),
		estimates: make(map[workload.Shape]workload.Estimate),
		running:   make(map[string]*running),
	}
}

// Apply makes the given targets the ones that run: those of an unchanged Hash go on undisturbed,
// new ones start, others stop. A changed target is stopped and started.
//
// Everything that can fail comes first; on an error nothing that runs has been touched. What stops
// has its requests in flight cancelled, and Apply waits for them. When it returns, every target that
// is new has had its Started event and every one that is gone its Stopped.
func (p *Prober) Apply(targets []Target) error {
	p.applying.Lock()
	defer p.applying.Unlock()
	fresh, gone, err := p.changes(targets)
	if err != nil {
		return err
	}
	senders, err := p.connect(fresh)
	if err != nil {
		return err
	}
	end(gone)
	for _, r := range gone {
		<-r.done
	}
	return p.start(fresh, senders)
}

// changes sorts out which targets have to be started and which loops to be ended.
func (p *Prober) changes(targets []Target) (fresh []Target, gone []*running, err error) {
	if err := duplicates(targets); err != nil {
		return nil, nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return nil, nil, errStopped
	}
	keep := make(map[string]bool, len(targets))
	for _, t := range targets {
		if r := p.running[t.Name]; r != nil && r.hash == t.Hash() {
			keep[t.Name] = true
			continue
		}
		if errs := t.Validate(); len(errs) > 0 {
			return nil, nil, fmt.Errorf("target %q: %w", t.Name, errs[0])
		}
		fresh = append(fresh, t)
	}
	for name, r := range p.running {
		if !keep[name] {
			gone = append(gone, r)
		}
	}
	return fresh, gone, nil
}

// connect makes the senders of the targets, or none.
func (p *Prober) connect(targets []Target) ([]Sender, error) {
	senders := make([]Sender, 0, len(targets))
	for _, t := range targets {
		s, err := p.options.Connect(t)
		if err != nil {
			closeAll(senders)
			return nil, fmt.Errorf("target %q: %w", t.Name, err)
		}
		senders = append(senders, s)
	}
	return senders, nil
}

func closeAll(senders []Sender) {
	for _, s := range senders {
		s.Close()
	}
}

// start starts a loop for each target, unless the prober has been stopped meanwhile.
func (p *Prober) start(targets []Target, senders []Sender) error {
	loops := make([]*running, len(targets))
	for i, t := range targets {
		loops[i] = p.prepare(t, senders[i])
	}
	if !p.register(loops) {
		end(loops)
		closeAll(senders)
		return errStopped
	}
	for _, r := range loops {
		p.options.Observer.Observe(Started{r.target})
		go r.run()
	}
	return nil
}

func (p *Prober) prepare(t Target, s Sender) *running {
	ctx, cancel := context.WithCancel(context.Background())
	l := p.newLoop(t, s)
	r := &running{target: t, hash: t.Hash(), loop: l, cancel: cancel, done: make(chan struct{})}
	r.run = func() {
		defer close(r.done)
		l.run(ctx)
		s.Close()
		p.forget(t.Name)
		p.options.Observer.Observe(Stopped{t.Name})
	}
	return r
}

// register makes the loops known to Stop; false when that has been called already.
func (p *Prober) register(loops []*running) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return false
	}
	for _, r := range loops {
		p.running[r.target.Name] = r
	}
	return true
}

func (p *Prober) forget(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.running, name)
}

// Stop cancels every request in flight and waits until all loops have ended, with the events of
// what they had out. When ctx is done first, the error says whom it has not waited for. A stopped
// prober stays stopped.
func (p *Prober) Stop(ctx context.Context) error {
	loops := p.seal()
	end(loops)
	var abandoned []string
	for _, r := range loops {
		select {
		case <-r.done:
		case <-ctx.Done():
			abandoned = append(abandoned, r.unfinished()...)
		}
	}
	if len(abandoned) > 0 {
		return fmt.Errorf("abandoned with requests in flight: %s: %w", strings.Join(abandoned, ", "), ctx.Err())
	}
	return nil
}

// seal refuses further targets and lists what runs, by name.
func (p *Prober) seal() []*running {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	loops := make([]*running, 0, len(p.running))
	for _, r := range p.running {
		loops = append(loops, r)
	}
	slices.SortFunc(loops, func(a, b *running) int { return strings.Compare(a.target.Name, b.target.Name) })
	return loops
}

func (r *running) unfinished() []string {
	select {
	case <-r.done: // both were ready, and select chose the other
		return nil
	default:
		return []string{r.target.Name}
	}
}

// end cancels loops all at once, so that they end side by side.
func end(loops []*running) {
	for _, r := range loops {
		r.cancel()
	}
}
