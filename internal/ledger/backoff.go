package ledger

import "time"

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
