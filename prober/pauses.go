package prober

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/prober/maintenance"
)

// Pauses keeps which targets are paused by hand, AllTargets among them. It is asked from many goroutines at once.
type Pauses interface {
	// SavePause keeps since when a target is paused; the zero time ends its pause.
	SavePause(target string, since time.Time)
	LoadPause(target string) (since time.Time, paused bool)
	Paused() []string
}

// processPauses are Pauses that end with the process.
type processPauses struct {
	mu    sync.Mutex
	since map[string]time.Time
}

func newPauses() *processPauses { return &processPauses{since: map[string]time.Time{}} }

func (p *processPauses) SavePause(target string, since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if since.IsZero() {
		delete(p.since, target)
		return
	}
	p.since[target] = since
}

func (p *processPauses) LoadPause(target string) (since time.Time, paused bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	since, paused = p.since[target]
	return since, paused
}

func (p *processPauses) Paused() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.since))
}

// windows are the maintenance windows of a target, which a change of the configuration replaces.
type windows struct {
	mu       sync.Mutex
	schedule maintenance.Schedule
}

func (w *windows) get() maintenance.Schedule {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.schedule
}

// set takes windows that have been validated: those that cannot be read are none.
func (w *windows) set(all []maintenance.Window) {
	schedule, _ := maintenance.New(all)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.schedule = schedule
}
