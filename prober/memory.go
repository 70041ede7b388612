package prober

import "time"

// Memory keeps what servers have asked for beyond a change of a target's configuration and a restart. It
// is asked from many goroutines at once.
type Memory interface {
	// SaveBackoff replaces what is kept of a target: since when it throttles, and until when it asked to be
	// left alone. Zero times are forgotten.
	SaveBackoff(target string, since, until time.Time)
	LoadBackoff(target string) (since, until time.Time, ok bool)
}

// resumeBackoff goes on with the back-off of the loop or process before this one.
func (l *loop) resumeBackoff(now time.Time) {
	if l.memory == nil {
		return
	}
	if since, until, ok := l.memory.LoadBackoff(l.target.Name); ok {
		l.backoff.resume(now, since, until)
	}
}

// saveBackoff keeps the back-off as it is.
func (l *loop) saveBackoff() {
	if l.memory == nil {
		return
	}
	if l.backoff.since.IsZero() {
		l.memory.SaveBackoff(l.target.Name, time.Time{}, time.Time{})
		return
	}
	l.memory.SaveBackoff(l.target.Name, l.backoff.since, l.backoff.holdUntil)
}
