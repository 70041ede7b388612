package main

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// connectionLimit bounds the open connections of a web server, so that clients cannot take the file descriptors
// that probing needs. A new connection beyond the limit replaces the one that is idle for longest, or that has asked
// for nothing yet; where none is, the new one is closed.
type connectionLimit struct {
	limit func() int // asked for each new connection
	now   func() time.Time

	mu   sync.Mutex
	open map[net.Conn]time.Time // since when it is idle; zero while it is in use
}

func newConnectionLimit(limit func() int) *connectionLimit {
	return &connectionLimit{limit: limit, now: time.Now, open: map[net.Conn]time.Time{}}
}

// changed is the server's ConnState. The server calls it for a new connection before it accepts the next.
func (l *connectionLimit) changed(c net.Conn, state http.ConnState) {
	if surplus := l.note(c, state); surplus != nil {
		_ = surplus.Close()
	}
}

// note returns the connection that must be closed, if there is one.
func (l *connectionLimit) note(c net.Conn, state http.ConnState) net.Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch state {
	case http.StateNew:
		if len(l.open) < l.limit() {
			l.open[c] = l.now()
			return nil
		}
		oldest := l.longestIdle()
		if oldest == nil {
			return c
		}
		delete(l.open, oldest)
		l.open[c] = l.now()
		return oldest
	case http.StateClosed, http.StateHijacked:
		delete(l.open, c)
	case http.StateIdle:
		l.set(c, l.now())
	case http.StateActive:
		l.set(c, time.Time{})
	}
	return nil
}

// set ignores connections that are closed already.
func (l *connectionLimit) set(c net.Conn, idle time.Time) {
	if _, ok := l.open[c]; ok {
		l.open[c] = idle
	}
}

func (l *connectionLimit) longestIdle() (oldest net.Conn) {
	var since time.Time
	for c, idle := range l.open {
		if !idle.IsZero() && (oldest == nil || idle.Before(since)) {
			oldest, since = c, idle
		}
	}
	return oldest
}
