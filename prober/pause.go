package prober

import (
	"fmt"
	"time"

	"github.com/firsttoken/firsttoken/prober/maintenance"
)

// AllTargets is the name under which a pause of all targets is kept.
const AllTargets = ""

// Pause says why a target is left alone. The zero value is no pause.
type Pause struct {
	Since time.Time // when its operator paused it; zero if nobody has
	Until time.Time // when its maintenance ends; zero outside of its windows
}

// Active reports whether there is a pause at all.
func (p Pause) Active() bool { return p != Pause{} }

// UnknownTarget refuses to pause a target that does not run.
type UnknownTarget struct{ Name string }

func (e *UnknownTarget) Error() string { return fmt.Sprintf("there is no target %q", e.Name) }

// Pause stops sending to a target, or to AllTargets, until Resume. Requests in flight go on to their ends, and
// count in no objective. Pausing all targets also pauses those that a later Apply brings. To pause what is paused
// changes nothing.
func (p *Prober) Pause(target string) error {
	if err := p.requireKnown(target); err != nil {
		return err
	}
	if _, paused := p.options.Pauses.LoadPause(target); !paused {
		p.options.Pauses.SavePause(target, time.Now())
	}
	p.tellPauses()
	return nil
}

// Resume ends the pause of a target, or all pauses for AllTargets. Where all targets are paused, resuming one
// leaves each of the others paused by its own name. It does not end a maintenance or a pause by configuration.
func (p *Prober) Resume(target string) error {
	if err := p.requireKnown(target); err != nil {
		return err
	}
	pauses := p.options.Pauses
	since, all := pauses.LoadPause(AllTargets)
	switch {
	case target == AllTargets:
		for _, name := range pauses.Paused() {
			pauses.SavePause(name, time.Time{})
		}
	case all:
		for _, r := range p.loops() {
			if _, paused := pauses.LoadPause(r.target.Name); !paused && r.target.Name != target {
				pauses.SavePause(r.target.Name, since)
			}
		}
		pauses.SavePause(AllTargets, time.Time{})
	}
	pauses.SavePause(target, time.Time{})
	p.tellPauses()
	return nil
}

// requireKnown accepts a target that runs, and one whose pause is kept though it no longer does.
func (p *Prober) requireKnown(target string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, paused := p.options.Pauses.LoadPause(target); target == AllTargets || p.running[target] != nil || paused {
		return nil
	}
	return &UnknownTarget{target}
}

// loops are the running loops.
func (p *Prober) loops() []*running {
	p.mu.Lock()
	defer p.mu.Unlock()
	loops := make([]*running, 0, len(p.running))
	for _, r := range p.running {
		loops = append(loops, r)
	}
	return loops
}

func (p *Prober) tellPauses() {
	for _, r := range p.loops() {
		r.loop.pause.tell()
	}
}

// tellWindows tells the loops that a change of the configuration does not restart of their maintenance windows.
func (p *Prober) tellWindows(targets []Target) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range targets {
		if r := p.running[t.Name]; r != nil {
			r.loop.pause.setWindows(t.Maintenance)
		}
	}
}

// pauseState is the pause of one target as its loop sees it. All but setWindows and tell belong to the loop.
type pauseState struct {
	target  string
	byFile  bool // Load.Paused
	pauses  Pauses
	windows windows
	changed chan struct{} // something is to be looked at

	now   Pause
	began time.Time // the loop
	turns time.Time // when the maintenance begins or ends; zero if never
}

func newPauseState(t Target, kept Pauses) *pauseState {
	s := &pauseState{target: t.Name, byFile: t.Load.Paused, pauses: kept, changed: make(chan struct{}, 1)}
	s.windows.set(t.Maintenance)
	return s
}

// tell makes the loop look.
func (s *pauseState) tell() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

func (s *pauseState) setWindows(w []maintenance.Window) {
	s.windows.set(w)
	s.tell()
}

func (s *pauseState) active() bool { return s.now.Active() }

// reason is that of a slot that the pause costs. What an operator does by hand comes first.
func (s *pauseState) reason() Reason {
	if s.now.Since.IsZero() {
		return Maintenance
	}
	return Paused
}

// next is when the maintenance begins or ends; false if it does neither.
func (s *pauseState) next() (time.Time, bool) { return s.turns, !s.turns.IsZero() }

// look takes in the pauses as they are at now, and reports whether anything has changed.
func (s *pauseState) look(now time.Time) (changed bool) {
	if s.began.IsZero() {
		s.began = now
	}
	before := s.now
	s.now = Pause{Since: s.since()}
	schedule := s.windows.get()
	if until, in := schedule.Until(now); in {
		s.now.Until = until
	}
	s.turns, _ = schedule.Next(now)
	return s.now != before
}

// since is the first of the pauses by hand and by configuration; zero without any.
func (s *pauseState) since() (first time.Time) {
	if s.byFile {
		first = s.began
	}
	for _, name := range []string{s.target, AllTargets} {
		if at, paused := s.pauses.LoadPause(name); paused && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}

// followPause takes in the beginning and the end of pauses. Sessions are kept; their caches may not be, and the
// turns after the pause expect as much.
func (l *loop) followPause(now time.Time) {
	before := l.pause.active()
	if !l.pause.look(now) {
		return
	}
	if !before {
		l.beginPause()
	}
	if l.ended {
		return
	}
	l.announceRate()
	l.log.Info("pause has changed", "target", l.target.Name, "paused", !l.pause.now.Since.IsZero(),
		"maintenance", !l.pause.now.Until.IsZero())
}

// beginPause keeps what is in flight out of all objectives: a server under maintenance breaks streams.
func (l *loop) beginPause() {
	l.budget.slot.release()
	for _, q := range l.inflight {
		q.excused = true
		q.judge.Withdraw()
	}
	l.unused.clear()
}
