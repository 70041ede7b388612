package ledger

import (
	"maps"
	"time"
)

// Backoff is for how long a target has asked to be left alone.
type Backoff struct {
	Since time.Time // when it began to ask
	Until time.Time
}

// SaveBackoff remembers a target's back-off, or forgets it if it is zero. The file follows within
// a second: a crash before that forgets no more than the newest answer.
func (l *Ledger) SaveBackoff(target string, b Backoff) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.backoffs.set(target, b)
	l.behind = true
}

// LoadBackoff is what was last saved for the target, by this process or one before it.
func (l *Ledger) LoadBackoff(target string) (Backoff, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.backoffs.all[target]
	return b, ok
}

// backoffs of all targets, and which have changed since they were written.
type backoffs struct {
	all     map[string]Backoff
	changed map[string]bool
}

func newBackoffs() backoffs {
	return backoffs{all: map[string]Backoff{}, changed: map[string]bool{}}
}

func (b *backoffs) set(target string, v Backoff) {
	if v == (Backoff{}) {
		delete(b.all, target)
	} else {
		b.all[target] = v
	}
	b.changed[target] = true
}

// changes are zero for a target whose back-off is forgotten.
func (b *backoffs) changes() map[string]Backoff {
	changed := make(map[string]Backoff, len(b.changed))
	for target := range b.changed {
		changed[target] = b.all[target]
	}
	clear(b.changed)
	return changed
}

func (b *backoffs) mark(changed map[string]Backoff) {
	for target := range changed {
		b.changed[target] = true
	}
}

// restore takes over what was stored, unless something newer has been saved.
func (b *backoffs) restore(stored map[string]Backoff) {
	newer := b.all
	b.all = stored
	maps.Copy(b.all, newer)
	for target := range b.changed {
		if _, set := newer[target]; !set {
			delete(b.all, target)
		}
	}
}
