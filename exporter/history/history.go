// Package history keeps the last results and a summary of each target in memory, for people: the pages and the
// terminal read it. No rule or metric does, and nothing of it survives the process.
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

// What a History keeps. The targets share the room for whole results, so that a fleet of 10,000 does not cost ten
// thousand times what one target does: all targets together keep 50,000 results of 64 MiB, each at least one result.
const (
	window        = 10 * time.Minute // what a Summary looks back on
	windowLimit   = 2048             // results of a target in the window; at 25 requests per second, 80 s of them
	keptPerTarget = 50
	keptAtLeast   = 5
	keptByAll     = 50_000
	bytesByAll    = 64 << 20
)

// History remembers the last results of each target that runs. It is a prober.Observer, safe for concurrent use.
type History struct {
	mu sync.RWMutex
	of map[string]*targetHistory
}

// New remembers nothing yet.
func New() *History { return &History{of: map[string]*targetHistory{}} }

// Observe takes one event. Events of a target that does not run are dropped.
func (h *History) Observe(e prober.Event) {
	switch e := e.(type) {
	case prober.Started, prober.Described, prober.Stopped:
		h.observeLife(e)
	case prober.Result:
		if t := h.find(e.Target); t != nil {
			t.addResult(e, h.room())
		}
	case prober.Sent:
		if t := h.find(e.Target); t != nil {
			t.addSent(e)
		}
	case prober.FirstToken:
		if t := h.find(e.Target); t != nil {
			t.addFirstToken(e)
		}
	case prober.Skipped:
		if t := h.find(e.Target); t != nil {
			t.addSkipped(e)
		}
	case prober.RateChanged:
		if t := h.find(e.Target); t != nil {
			t.setRate(e)
		}
	case prober.Judged:
		if t := h.find(e.Target); t != nil {
			t.addVerdict(e)
		}
	}
}

// observeLife takes the events by which targets come, change and go.
func (h *History) observeLife(e prober.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch e := e.(type) {
	case prober.Started:
		h.of[e.Target.Name] = newTargetHistory(e.Target, time.Now())
	case prober.Described:
		if t := h.of[e.Target.Name]; t != nil {
			t.describe(e.Target)
		}
	case prober.Stopped:
		delete(h.of, e.Target)
	}
}

// find is nil for a target that does not run.
func (h *History) find(target string) *targetHistory {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.of[target]
}

// room is what a target may keep.
func (h *History) room() room {
	h.mu.RLock()
	defer h.mu.RUnlock()
	targets := max(1, len(h.of))
	return room{
		results: min(keptPerTarget, max(keptAtLeast, keptByAll/targets)),
		bytes:   bytesByAll / targets,
	}
}

// Targets are the names of the targets that run, sorted.
func (h *History) Targets() []string {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return slices.Sorted(maps.Keys(h.of))
}

// Last are the last n results of a target, or as many as there are, newest last. It is false for a target that does
// not run.
func (h *History) Last(target string, n int) ([]results.Record, bool) {
	t := h.find(target)
	if t == nil {
		return nil, false
	}
	t.mu.Lock()
	last := t.results.newest(max(0, n))
	t.mu.Unlock()
	records := make([]results.Record, len(last))
	for i, r := range last {
		records[i] = results.NewRecord(r)
	}
	return records, true
}

// Target is the configuration that a target runs with. It is false for a target that does not run.
func (h *History) Target(name string) (prober.Target, bool) {
	t := h.find(name)
	if t == nil {
		return prober.Target{}, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.target, true
}

// Summary is the state of a target now. It is false for a target that does not run.
func (h *History) Summary(target string) (Summary, bool) {
	t := h.find(target)
	if t == nil {
		return Summary{}, false
	}
	return t.summary(time.Now()), true
}

// withoutCause replaces a result's error by its text, as an error may hold on to a whole response.
func withoutCause(r prober.Result) prober.Result {
	if r.Err != nil {
		r.Err = errors.New(r.Err.Error())
	}
	return r
}
