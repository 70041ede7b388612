//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package chat

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"
	"testing"
)

// clapper answers every request with so many token events, each in a write and an HTTP chunk of its
// own, and allocates nothing meanwhile.
type clapper struct {
	net.Listener
	events int
	served sync.WaitGroup
}

func newClapper(t *testing.T) *clapper {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &clapper{Listener: l}
	c.served.Go(func() {
		conn, err := c.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		c.serve(conn)
	})
	t.Cleanup(func() { _ = l.Close(); c.served.Wait() })
	return c
}

func chunk(s string) []byte { return fmt.Appendf(nil, "%x\r\n%s\r\n", len(s), s) }

func (c *clapper) serve(conn net.Conn) {
	head := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
	token, end := chunk(tokenEvent), append(chunk(finishEvent+doneEvent), "0\r\n\r\n"...)
	in := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = conn.Write(head)
		for range c.events {
			_, _ = conn.Write(token)
		}
		_, _ = conn.Write(end)
	}
}

// A token event costs no allocation from the socket to the exchange, net/http included: a stream of
// a thousand more allocates no more.
func TestTokenEventsAllocateNothing(t *testing.T) {
	s := newClapper(t)
	e := testEndpoint(OpenAIChat)
	e.URL = "http://" + s.Addr().String()
	c := newTestClient(t, e, Options{})
	defer c.Close() // before the server, which waits for the end of the connection
	r := request()
	least := func(events int) uint64 {
		s.events = events
		var fewest uint64 = 1 << 30 // a collection meanwhile empties pools
		for range 10 {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			x := c.Send(t.Context(), r, nil)
			runtime.ReadMemStats(&after)
			if x.Outcome != OK || x.Events != events {
				t.Fatal(x.Outcome, x.Err, x.Events, x.HasReceiveLag)
			}
			fewest = min(fewest, after.Mallocs-before.Mallocs)
		}
		return fewest
	}
	few, many := least(10), least(1010)
	t.Logf("%d allocations with 10 events, %d with 1,010", few, many)
	if many > few+10 { // the runtime's own, of timers and stacks
		t.Errorf("%d allocations more for 1,000 events more", many-few)
	}
}
