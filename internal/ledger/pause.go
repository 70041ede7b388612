package ledger

import (
	"maps"
	"slices"
	"time"
)

// SavePause keeps that a target is paused since then, or forgets it if the time is zero. The file follows
// within a second.
func (l *Ledger) SavePause(target string, since time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pauses.set(target, since.Round(0)) // without the reading of the monotonic clock, which no file keeps
	l.behind = true
}

// LoadPause is since when the target is paused, by this process or one before it.
func (l *Ledger) LoadPause(target string) (since time.Time, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	since, ok = l.pauses.all[target]
	return since, ok
}

// Paused are the names for which a pause is kept, sorted.
func (l *Ledger) Paused() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.pauses.all))
}
