package main

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

func TestWebConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(nil)
	s.Config = newWebServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}), func() int { return 4 }, slog.New(slog.DiscardHandler))
	limit := s.Config.ConnState
	var mu sync.Mutex // guards open and most
	open, most := 0, 0
	s.Config.ConnState = func(c net.Conn, state http.ConnState) {
		mu.Lock()
		switch state {
		case http.StateNew:
			open++
		case http.StateClosed:
			open--
		}
		most = max(most, open)
		mu.Unlock()
		limit(c, state)
	}
	s.Start()
	defer s.Close()
	for range 40 { // each client keeps its connection
		client := &http.Client{Transport: new(http.Transport), Timeout: 10 * time.Second}
		defer client.CloseIdleConnections()
		resp, err := client.Get(s.URL)
		if err != nil {
			t.Fatal(err) // an idle client must have made room
		}
		_ = resp.Body.Close()
	}
	mu.Lock()
	peak := most
	mu.Unlock()
	if peak > 20 { // a closed connection is counted until its goroutine has seen that
		t.Errorf("%d connections were open at once", peak)
	}
}

func TestConnectionLimit(t *testing.T) {
	t.Parallel()
	l := newConnectionLimit(func() int { return 2 })
	now := time.Unix(0, 0)
	l.now = func() time.Time { now = now.Add(time.Second); return now }
	conn := func() net.Conn { a, _ := net.Pipe(); return a }
	a, b, c, d, e := conn(), conn(), conn(), conn(), conn()
	for _, step := range []struct {
		conn  net.Conn
		state http.ConnState
		want  net.Conn // closed by it
	}{
		{a, http.StateNew, nil},
		{b, http.StateNew, nil},
		{e, http.StateNew, a}, // which has asked for nothing yet
		{a, http.StateClosed, nil},
		{e, http.StateClosed, nil},
		{a, http.StateNew, nil},
		{a, http.StateActive, nil},
		{b, http.StateActive, nil},
		{c, http.StateNew, c}, // all are in use
		{c, http.StateClosed, nil},
		{b, http.StateIdle, nil},
		{a, http.StateIdle, nil},
		{c, http.StateNew, b}, // idle for longest
		{b, http.StateIdle, nil},
		{b, http.StateClosed, nil},
		{a, http.StateActive, nil},
		{c, http.StateActive, nil},
		{d, http.StateNew, d}, // a is in use again
		{a, http.StateClosed, nil},
		{d, http.StateNew, nil},
	} {
		if got := l.note(step.conn, step.state); got != step.want {
			t.Fatalf("%v: closes another connection than it should", step)
		}
	}
}

func TestWebLimit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		descriptors, probing uint64
		want                 int
	}{
		{0, 16, 256}, // no limit
		{16, 16, 8},  // too few for anything
		{64, 16, 8},
		{64, 1e6, 8},
		{256, 16, 104},
		{256, 200, 12}, // the rest belongs to probing
		{1024, 16, 256},
		{1 << 20, 16, 256},
	} {
		if got := webLimit(row.descriptors, row.probing); got != row.want {
			t.Errorf("%d descriptors, %d for probing: %d connections, want %d", row.descriptors, row.probing, got, row.want)
		}
	}
}
