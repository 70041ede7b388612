package prober

import (
	"context"
	"errors"
	"fmt"
)

// errStopped answers an Apply that comes after Stop, or while Stop is called.
var errStopped = errors.New("the prober has been stopped")

// Apply makes the given targets the ones that run. A target whose Hash has not changed goes on
// undisturbed, with a Described event if it is described in other words; a new one starts, one that is missing
// stops, and a changed one is stopped and started.
//
// Everything that can fail comes first: on an error, no running target has been touched. Apply cancels
// the requests in flight of the targets that stop, and waits for them. When it returns, each new
// target has had its Started event and each one that is gone its Stopped.
func (p *Prober) Apply(targets []Target) error {
	p.applying.Lock()
	defer p.applying.Unlock()
	c, err := p.changes(targets)
	if err != nil {
		return err
	}
	senders, err := p.connect(c.fresh)
	if err != nil {
		return err
	}
	cancelAll(c.gone)
	for _, r := range c.gone {
		<-r.done
	}
	p.tellWindows(targets)
	p.describe(c.described)
	return p.start(c.fresh, senders)
}

// changes are what Apply has to do.
type changes struct {
	fresh     []Target   // to start
	described []Target   // that run on under another description
	gone      []*running // to end
}

// changes compares the targets with those that run.
func (p *Prober) changes(targets []Target) (c changes, err error) {
	if err := duplicates(targets); err != nil {
		return c, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return c, errStopped
	}
	keep := make(map[string]bool, len(targets))
	for _, t := range targets {
		r := p.running[t.Name]
		if r == nil || r.hash != t.Hash() {
			if errs := t.Validate(); len(errs) > 0 {
				return c, fmt.Errorf("target %q: %w", t.Name, errs[0])
			}
			c.fresh = append(c.fresh, t)
			continue
		}
		keep[t.Name] = true
		if r.whole != t.whole() {
			c.described = append(c.described, t)
		}
	}
	for name, r := range p.running {
		if !keep[name] {
			c.gone = append(c.gone, r)
		}
	}
	return c, nil
}

// describe tells the observers. The loops go on with what they have: they use nothing of it.
func (p *Prober) describe(targets []Target) {
	for _, t := range targets {
		p.mu.Lock()
		r := p.running[t.Name]
		if r != nil {
			r.whole = t.whole()
		}
		p.mu.Unlock()
		if r != nil { // it may have been stopped meanwhile
			p.options.Observer.Observe(Described{t})
		}
	}
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
	r := &running{
		target: t, hash: t.Hash(), whole: t.whole(), loop: l, cancel: cancel, done: make(chan struct{}),
	}
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
