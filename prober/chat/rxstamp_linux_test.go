//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package chat

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
)

// pair is a stamped connection and its peer.
func pair(tb testing.TB) (stamped, peer net.Conn) {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	c, err := new(net.Dialer).DialContext(tb.Context(), "tcp", l.Addr().String())
	if err != nil {
		tb.Fatal(err)
	}
	if peer, err = l.Accept(); err != nil {
		tb.Fatal(err)
	}
	stamped = Stamped(c)
	tb.Cleanup(func() { _ = stamped.Close(); _ = peer.Close() })
	return stamped, peer
}

// stampable repeats an attempt: the kernel begins to stamp some time after the first socket asks, and
// leaves off when the last one has closed.
func stampable(t *testing.T, c, peer net.Conn) {
	t.Helper()
	one := make([]byte, 1)
	for range 1000 {
		if _, err := peer.Write(one); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(c, one); err != nil {
			t.Fatal(err)
		}
		if r, ok := Received(c); ok && r.Kernel {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("the kernel stamps nothing")
}

// warm sends until the kernel stamps, and once more for the exchange that is looked at.
func (p *paced) warm(t *testing.T, c *Client) Exchange {
	t.Helper()
	for range 1000 {
		if x := c.Send(t.Context(), request(), nil); x.Outcome != OK {
			t.Fatal(x.Outcome, x.Err)
		} else if x.HasReceiveLag {
			break
		}
	}
	p.mu.Lock()
	p.wrote = nil
	p.mu.Unlock()
	return c.Send(t.Context(), request(), nil)
}

// What lay in the kernel before it was read is stamped when it came, not when it was read.
func TestReceiptIsTheKernels(t *testing.T) {
	c, peer := pair(t)
	if _, ok := Received(c); ok {
		t.Error("a receipt before the first byte")
	}
	stampable(t, c, peer)
	before := time.Now()
	if _, err := peer.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	after := time.Now()
	time.Sleep(20 * time.Millisecond) // longer than anything that is asserted to be shorter
	if _, err := c.Read(make([]byte, 8)); err != nil {
		t.Fatal(err)
	}
	r, ok := Received(c)
	read := time.Now()
	if !ok || !r.Kernel || r.At.Before(before) || r.At.After(after) {
		t.Errorf("received %v after the write began, which took %v; kernel %v", r.At.Sub(before), after.Sub(before), r.Kernel)
	}
	if r.Lag < 20*time.Millisecond || r.Lag > read.Sub(r.At) {
		t.Errorf("lag %v, want 20ms or more", r.Lag)
	}
}

func TestReceiptNeverBeforeTheRequest(t *testing.T) {
	c, peer := pair(t)
	stampable(t, c, peer)
	if _, err := peer.Write([]byte("early")); err != nil { // as a reset clock would make it look
		t.Fatal(err)
	}
	asked := time.Now()
	if _, err := c.Write([]byte("request")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 8)); err != nil {
		t.Fatal(err)
	}
	if r, _ := Received(c); r.At.Before(asked) {
		t.Errorf("received %v before the request", asked.Sub(r.At))
	}
}

func TestEndOfStreamAndErrors(t *testing.T) {
	c, peer := pair(t)
	if err := c.SetReadDeadline(time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	_, err := c.Read(make([]byte, 1))
	var op *net.OpError
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &op) || op.Op != "read" {
		t.Errorf("deadline: %v", err)
	}
	if err := c.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(nil); n != 0 || err != nil {
		t.Errorf("empty read: %d, %v", n, err)
	}
	if err := peer.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("end: %d, %v", n, err)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) || strings.Contains(err.Error(), "raw") {
		t.Errorf("closed: %v", err)
	}
	if _, ok := wireOf(c).delivery(); ok {
		t.Error("a closed connection tells what is delivered")
	}
}

func TestBriefReads(t *testing.T) {
	c, peer := pair(t)
	if _, err := peer.Write(make([]byte, 2*readBeforeToken+100)); err != nil {
		t.Fatal(err)
	}
	w, buf := wireOf(c), make([]byte, 8*readBeforeToken)
	w.brief(true)
	if n, err := c.Read(buf); n != readBeforeToken || err != nil {
		t.Errorf("brief: %d bytes, %v", n, err)
	}
	w.brief(false)
	if n, err := c.Read(buf); n != readBeforeToken+100 || err != nil {
		t.Errorf("long: %d bytes, %v", n, err)
	}
}

func TestDelivery(t *testing.T) {
	c, peer := pair(t)
	if d, ok := wireOf(c).delivery(); !ok || !d.whole || d.retransmitted != 0 {
		t.Errorf("nothing was sent: %+v, %v", d, ok)
	}
	// More than both socket buffers hold, and nobody reads: it cannot have been acknowledged.
	if err := c.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	sent, err := c.Write(make([]byte, 64<<20))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%d bytes, %v", sent, err)
	}
	if d, ok := wireOf(c).delivery(); !ok || d.whole {
		t.Errorf("nothing was read: %+v, %v", d, ok)
	}
	if _, err := io.CopyN(io.Discard, peer, int64(sent)); err != nil {
		t.Fatal(err)
	}
	for d, ok := (delivery{}), true; !d.whole; d, ok = wireOf(c).delivery() {
		if !ok {
			t.Fatal("unknown")
		}
		time.Sleep(time.Millisecond) // an acknowledgement may be delayed
	}
}

// A read, its stamp and its receipt allocate nothing.
func TestStampedReadAllocates(t *testing.T) {
	c, peer := pair(t)
	buf, event := make([]byte, 4096), []byte(tokenEvent)
	allocs := testing.AllocsPerRun(500, func() {
		if _, err := peer.Write(event); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(buf); err != nil {
			t.Fatal(err)
		}
		if _, ok := Received(c); !ok {
			t.Fatal("no receipt")
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations per read", allocs)
	}
}

// paced is a server whose answers go on when they are told to, and which knows when it wrote.
type paced struct {
	*httptest.Server
	mu    sync.Mutex
	wrote [][2]time.Time // before and after each write of an event
}

func newPaced(t testing.TB, secure bool, between func(i int) time.Duration, events int) *paced {
	t.Helper()
	p := &paced{}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		say(w, roleEvent)
		for i := range events {
			time.Sleep(between(i))
			before := time.Now()
			say(w, tokenEvent)
			after := time.Now()
			p.mu.Lock()
			p.wrote = append(p.wrote, [2]time.Time{before, after})
			p.mu.Unlock()
		}
		time.Sleep(between(events))
		say(w, finishEvent+doneEvent)
	}))
	p.Config.ErrorLog = quiet()
	if secure {
		p.StartTLS()
	} else {
		p.Start()
	}
	t.Cleanup(p.Close)
	return p
}

func (p *paced) endpoint() Endpoint {
	e := testEndpoint(OpenAIChat)
	e.URL = p.URL
	e.Timeout, e.StallTimeout = model.Duration(time.Minute), model.Duration(time.Minute)
	e.HTTP.TLSConfig = config.TLSConfig{InsecureSkipVerify: true, MinVersion: config.TLSVersion(tls.VersionTLS12)}
	return e
}

// The first token's instant is the kernel's, through net/http, prometheus/common's wrapper and TLS:
// it lies within the write that sent it, on whatever machine.
func TestFirstTokenIsStampedByTheKernel(t *testing.T) {
	for _, secure := range []bool{false, true} {
		p := newPaced(t, secure, func(int) time.Duration { return 3 * time.Millisecond }, 2)
		c := newTestClient(t, p.endpoint(), Options{})
		x := p.warm(t, c)
		if x.Outcome != OK || !x.HasReceiveLag || x.ReceiveLag < 0 || !x.Reused {
			t.Fatalf("tls %v: %s %v, receive lag %v %v", secure, x.Outcome, x.Err, x.ReceiveLag, x.HasReceiveLag)
		}
		inOrder(t, &x)
		p.mu.Lock()
		first := p.wrote[0]
		p.mu.Unlock()
		if x.FirstToken.Before(first[0]) {
			t.Errorf("tls %v: first token %v before it was written", secure, first[0].Sub(x.FirstToken))
		}
		// After the write only if later segments were waiting with it: our own reader was late then.
		if late := x.FirstToken.Sub(first[1]); late > 0 && !x.FirstShared {
			t.Errorf("tls %v: first token %v after it had been written", secure, late)
		}
		if n, ok := x.Retransmits.Value(); !ok || n != 0 {
			t.Errorf("retransmits %d, %v; want 0 on loopback", n, ok)
		}
		if x.Acked.IsZero() || x.Acked.Before(x.Written) || x.Acked.After(x.Headers) {
			t.Logf("tls %v: acknowledgement not seen before the answer", secure) // the peer may delay it
		}
	}
}

// Batching takes fewer reads and keeps first and last where they were.
func TestBatchReads(t *testing.T) {
	for _, secure := range []bool{false, true} { // TLS hands out what was read together one by one
		batchReads(t, secure)
	}
}

func batchReads(t *testing.T, secure bool) {
	t.Helper()
	const events = 40
	p := newPaced(t, secure, func(i int) time.Duration {
		if i == events { // the finish marker comes a while after the last token
			return 400 * time.Millisecond
		}
		return time.Millisecond
	}, events)
	e := p.endpoint()
	e.BatchReads = model.Duration(20 * time.Millisecond)
	c := newTestClient(t, e, Options{})
	x := p.warm(t, c)
	if x.Outcome != OK || x.Events != events {
		t.Fatalf("%s %v, %d events", x.Outcome, x.Err, x.Events)
	}
	p.mu.Lock()
	last := p.wrote[events-1]
	p.mu.Unlock()
	if x.LastToken.Before(last[0]) || x.LastToken.After(last[1]) {
		t.Errorf("last token %v after its write began, which took %v", x.LastToken.Sub(last[0]), last[1].Sub(last[0]))
	}
	if x.LongestGap < 10*time.Millisecond {
		t.Errorf("longest gap %v: nothing was read together", x.LongestGap)
	}
}
