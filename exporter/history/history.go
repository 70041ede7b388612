package history

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/prober"
)

// What a History keeps. Whole results are shared out, as a fleet of 10,000 targets must not cost
// ten thousand times what one does: all targets together keep 50,000 of them, about 60 MB.
const (
	Window        = 10 * time.Minute // what a Summary looks back on
	windowLimit   = 2048             // results of a target in the window; at 25 requests per second, 80 s of them
	keptPerTarget = 50
	keptAtLeast   = 5
	keptByAll     = 50_000
)

// History remembers the last results of each target, for people: the pages and the terminal. It is
// a prober.Observer, and forgets a target when it stops.
type History struct {
	mu sync.RWMutex
	of map[string]*past
}

// New remembers nothing yet.
func New() *History { return &History{of: map[string]*past{}} }

// Observe takes one event.
func (h *History) Observe(e prober.Event) {
	switch e := e.(type) {
	case prober.Started:
		h.mu.Lock()
		h.of[e.Target.Name] = newPast(e.Target, time.Now())
		h.mu.Unlock()
	case prober.Stopped:
		h.mu.Lock()
		delete(h.of, e.Target)
		h.mu.Unlock()
	case prober.Result:
		if p, kept := h.find(e.Target); p != nil {
			p.result(e, kept)
		}
	case prober.Skipped:
		if p, _ := h.find(e.Target); p != nil {
			p.skipped(e)
		}
	case prober.RateChanged:
		if p, _ := h.find(e.Target); p != nil {
			p.paced(e)
		}
	case prober.Judged:
		if p, _ := h.find(e.Target); p != nil {
			p.judged(e)
		}
	}
}

// find is a target's past, nil where there is none, and how many results it may keep.
func (h *History) find(target string) (p *past, kept int) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	kept = keptPerTarget
	if n := len(h.of); n > 0 {
		kept = min(keptPerTarget, max(keptAtLeast, keptByAll/n))
	}
	return h.of[target], kept
}

// Targets are the names of those that run, sorted.
func (h *History) Targets() []string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return slices.Sorted(maps.Keys(h.of))
}

// Last are the last results of a target, newest last; fewer than n where fewer are remembered.
// False for a target that does not run.
func (h *History) Last(target string, n int) ([]results.Record, bool) {
	p, _ := h.find(target)
	if p == nil {
		return nil, false
	}
	p.mu.Lock()
	last := p.results.newest(max(0, n))
	p.mu.Unlock()
	records := make([]results.Record, len(last))
	for i, r := range last {
		records[i] = results.NewRecord(r)
	}
	return records, true
}

// Target is the configuration that a target runs with.
func (h *History) Target(name string) (prober.Target, bool) {
	p, _ := h.find(name)
	if p == nil {
		return prober.Target{}, false
	}
	return p.target, true
}

// Summary is the state of a target now. False for one that does not run.
func (h *History) Summary(target string) (Summary, bool) {
	p, _ := h.find(target)
	if p == nil {
		return Summary{}, false
	}
	return p.summary(time.Now()), true
}

// flat cuts a result's error down to its text: an error may hold on to a response.
func flat(r prober.Result) prober.Result {
	if r.Err != nil {
		r.Err = errors.New(r.Err.Error())
	}
	return r
}
