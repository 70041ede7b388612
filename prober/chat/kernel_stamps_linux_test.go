//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package chat

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
)

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
		testBatchReads(t, secure)
	}
}

func testBatchReads(t *testing.T, secure bool) {
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
