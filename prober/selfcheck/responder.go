package selfcheck

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

// Delay is the least time from the arrival of a request to its answer. The responder records the real
// one.
const Delay = 20 * time.Millisecond

// truth has the real instants of an answer.
type truth struct {
	arrived       time.Time // the request's last byte, by the kernel's stamp where there is one
	before, after time.Time // around the write of the answer
}

// responder answers each request with one token. It is no http.Server, because it must know when its
// bytes came and went.
type responder struct {
	listener net.Listener
	answer   []byte
	truths   chan truth // the newest

	mu    sync.Mutex
	conns map[net.Conn]bool
	over  bool
}

func newResponder(l net.Listener) *responder {
	const events = `data: {"model":"selfcheck","choices":[{"delta":{"content":"x"}}]}` + "\n\n" +
		`data: {"model":"selfcheck","choices":[{"delta":{},"finish_reason":"stop"}]}` + "\n\n" +
		"data: [DONE]\n\n"
	return &responder{
		listener: l,
		answer: fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n%s",
			len(events), events),
		truths: make(chan truth, 1),
		conns:  map[net.Conn]bool{},
	}
}

// serve answers until ctx ends, and returns when all its goroutines have.
func (r *responder) serve(ctx context.Context) {
	var serving sync.WaitGroup
	defer serving.Wait()
	stop := context.AfterFunc(ctx, r.close)
	defer stop()
	for {
		conn, err := r.listener.Accept()
		if err != nil {
			r.close()
			return
		}
		conn = netstamp.Stamp(conn)
		if !r.keep(conn) {
			_ = conn.Close() // the responder has been closed
			return
		}
		serving.Go(func() { r.serveConn(conn) })
	}
}

// close closes the listener and all connections. No caller could do anything about an error.
func (r *responder) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	_ = r.listener.Close()
	for c := range r.conns {
		_ = c.Close()
	}
}

func (r *responder) keep(c net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.conns[c] = true
	}
	return !r.over
}

func (r *responder) drop(c net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
	_ = c.Close()
}

// serveConn answers the requests of one connection. Each is small enough to come in one segment.
func (r *responder) serveConn(conn net.Conn) {
	defer r.drop(conn)
	in := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return
		}
		t := truth{arrived: time.Now()}
		if stamped := netstamp.Of(conn); stamped != nil {
			if got, ok := stamped.Receipt(); ok {
				t.arrived = got.At
			}
		}
		time.Sleep(Delay)
		t.before = time.Now()
		_, err = conn.Write(r.answer)
		t.after = time.Now()
		r.record(t)
		if err != nil {
			return
		}
	}
}

// record keeps the newest truth.
func (r *responder) record(t truth) {
	select {
	case <-r.truths:
	default:
	}
	r.truths <- t
}

// lastTruth waits for the truth of an exchange that has ended: it may come a moment after the answer.
func (r *responder) lastTruth() (truth, bool) {
	patience := time.NewTimer(time.Second)
	defer patience.Stop()
	select {
	case t := <-r.truths:
		return t, true
	case <-patience.C:
		return truth{}, false
	}
}
