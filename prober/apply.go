package prober

import (
	"context"
	"errors"
	"fmt"
)

// errStopped answers an Apply that comes after Stop, or while Stop is called.
var errStopped = errors.New("the prober has been stopped")

// Apply makes the given targets the ones that run. A target whose Hash has not changed goes on
// undisturbed, a new one starts, one that is missing stops, and a changed one is stopped and started.
//
// Everything that can fail comes first: on an error, no running target has been touched. Apply cancels
// the requests in flight of the targets that stop, and waits for them. When it returns, each new
// target has had its Started event and each one that is gone its Stopped.
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
	cancelAll(gone)
	for _, r := range gone {
		<-r.done
	}
	p.tellWindows(targets)
	return p.start(fresh, senders)
}

// changes finds the targets to start and the loops to end.
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

// connect makes a sender for each target, or none at all.
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
		cancelAll(loops)
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

// register makes the loops known to Stop. It is false when Stop was called before.
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
