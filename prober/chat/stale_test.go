package chat

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"
)

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// fickle is a server that answers so many requests on a connection and then closes it at the first
// byte of the next: what a keep-alive timeout looks like to a client that was about to send.
type fickle struct {
	net.Listener
	answers int // on each connection
	answer  string

	mu       sync.Mutex
	accepted int
	requests int
	done     sync.WaitGroup
}

func newFickle(t *testing.T, answers int, answer []byte) *fickle {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fickle{Listener: l, answers: answers, answer: string(answer)}
	f.done.Go(f.accept)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		f.done.Wait()
	})
	return f
}

func (f *fickle) accept() {
	for {
		conn, err := f.Accept()
		if err != nil {
			return
		}
		f.mu.Lock()
		f.accepted++
		f.mu.Unlock()
		f.done.Go(func() { f.serve(conn) })
	}
}

func (f *fickle) serve(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for range f.answers {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		f.mu.Lock()
		f.requests++
		f.mu.Unlock()
		resp := http.Response{
			StatusCode: http.StatusOK, ProtoMajor: 1, ProtoMinor: 1, ContentLength: -1, TransferEncoding: []string{"chunked"},
			Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: io.NopCloser(&limited{f.answer}),
		}
		if err := resp.Write(conn); err != nil {
			return
		}
	}
	_, _ = in.ReadByte() // the next request has begun: too late for its sender to know
}

type limited struct{ rest string }

func (l *limited) Read(p []byte) (int, error) {
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func TestStaleConnectionIsTriedOnceMore(t *testing.T) {
	f := newFickle(t, 1, handFile(t, "openai-error-null"))
	e := testEndpoint(OpenAIChat)
	e.URL = "http://" + f.Addr().String()
	c := newTestClient(t, e, Options{})
	for i := range 3 {
		x := c.Send(context.Background(), request(), nil)
		if x.Outcome != OK || x.StaleRetry != (i > 0) || x.Reused {
			t.Errorf("request %d: %s %v, stale %v, reused %v", i, x.Outcome, x.Err, x.StaleRetry, x.Reused)
		}
		inOrder(t, &x)
	}
	c.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.requests != 3 || f.accepted != 3 {
		t.Errorf("%d requests on %d connections, want 3 on 3", f.requests, f.accepted)
	}
}

// A new connection that dies without a word is the server's answer, and no reason to ask again.
func TestFreshConnectionIsNotTriedAgain(t *testing.T) {
	f := newFickle(t, 0, nil)
	e := testEndpoint(OpenAIChat)
	e.URL = "http://" + f.Addr().String()
	x := sendTo(t, e, Options{})
	if x.Outcome != Broken || x.StaleRetry || x.Connected.IsZero() {
		t.Errorf("%s %v, stale %v, connected %v", x.Outcome, x.Err, x.StaleRetry, x.Connected)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.accepted != 1 {
		t.Errorf("%d connections", f.accepted)
	}
}

func TestClosedByPeer(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{io.EOF, true},
		{fmt.Errorf("net/http: connection broken: %w", &net.OpError{Op: "write", Err: syscall.EPIPE}), true},
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, true},
		{&net.OpError{Op: "write", Err: net.ErrClosed}, true},          // net/http closed it on the peer's word
		{errors.New("http: server closed idle connection"), true},      // net/http's own, not exported
		{errors.New("malformed HTTP response"), false},                 // an answer of a sort
		{&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, false}, // still there
		{&net.OpError{Op: "write", Err: syscall.EHOSTUNREACH}, false},  // the network, not the peer
	} {
		if got := closedByPeer(tt.err); got != tt.want {
			t.Errorf("%v: %v", tt.err, got)
		}
	}
}

// The clock of an exchange begins with its first attempt.
func TestStaleConnectionCountsFromTheFirstAttempt(t *testing.T) {
	var n int
	in(t, func(w http.ResponseWriter, _ *http.Request) {
		if n++; n != 2 {
			say(w, tokenEvent+finishEvent+doneEvent)
			return
		}
		time.Sleep(2 * time.Second)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = conn.Close()
	}, func(t *testing.T, c *Client, _ *network) {
		t.Helper()
		c.Send(t.Context(), request(), nil)
		x := c.Send(t.Context(), request(), nil)
		if x.Outcome != OK || !x.StaleRetry || x.Reused || after(&x, x.Connected) != 2 || n != 3 {
			t.Errorf("%s %v, stale %v, reused %v, connected after %v s, %d requests",
				x.Outcome, x.Err, x.StaleRetry, x.Reused, after(&x, x.Connected), n)
		}
	})
}

// After its first response byte an exchange is the server's, on whatever connection.
func TestReusedConnectionThatAnswersIsNotTriedAgain(t *testing.T) {
	var n int
	s := serve(t, func(w http.ResponseWriter, _ *http.Request, _ []byte) {
		n++
		w.Header().Set("Content-Type", "text/event-stream")
		if n == 1 {
			_, err := w.Write(handFile(t, "openai-error-null"))
			if err != nil {
				t.Error(err)
			}
			return
		}
		conn, out, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, err = out.WriteString("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n")
		if err := errors.Join(err, out.Flush(), conn.Close()); err != nil {
			t.Error(err)
		}
	})
	e := testEndpoint(OpenAIChat)
	e.URL = s.URL
	c := newTestClient(t, e, Options{})
	c.Send(context.Background(), request(), nil)
	x := c.Send(context.Background(), request(), nil)
	if x.Outcome != Broken || x.StaleRetry || !x.Reused || n != 2 || x.Headers.IsZero() {
		t.Errorf("%s %v, stale %v, reused %v, %d requests", x.Outcome, x.Err, x.StaleRetry, x.Reused, n)
	}
}
