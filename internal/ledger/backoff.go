package ledger

import (
	"maps"
	"time"
)

// backoff is since when a target throttles, and until when it asked to be left alone.
type backoff struct{ since, until time.Time }

// SaveBackoff keeps a target's back-off, or forgets it if both times are zero. The file follows within a
// second: a crash before that forgets no more than the newest answer.
func (l *Ledger) SaveBackoff(target string, since, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.backoffs.set(target, backoff{since, until})
	l.behind = true
}

// LoadBackoff is what was last saved for the target, by this process or one before it.
func (l *Ledger) LoadBackoff(target string) (since, until time.Time, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.backoffs.all[target]
	return b.since, b.until, ok
}

// backoffs of all targets, and which have changed since they were written.
type backoffs struct {
	all     map[string]backoff
	changed map[string]bool
}

func newBackoffs() backoffs {
	return backoffs{all: map[string]backoff{}, changed: map[string]bool{}}
}

func (b *backoffs) set(target string, v backoff) {
	if v == (backoff{}) {
		delete(b.all, target)
	} else {
		b.all[target] = v
	}
	b.changed[target] = true
}

// changes are zero for a target whose back-off is forgotten.
func (b *backoffs) changes() map[string]backoff {
	changed := make(map[string]backoff, len(b.changed))
	for target := range b.changed {
		changed[target] = b.all[target]
	}
	clear(b.changed)
	return changed
}

func (b *backoffs) mark(changed map[string]backoff) {
	for target := range changed {
		b.changed[target] = true
	}
}

// restore takes over what was stored, unless something newer has been saved.
func (b *backoffs) restore(stored map[string]backoff) {
	newer := b.all
	b.all = stored
	maps.Copy(b.all, newer)
	for target := range b.changed {
		if _, set := newer[target]; !set {
			delete(b.all, target)
		}
	}
}
