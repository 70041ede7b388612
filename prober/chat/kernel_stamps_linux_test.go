//go:build amd64 || arm64 || riscv64 || loong64 || ppc64le

package chat

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"golang.org/x/sys/unix"
)

// paced is a server whose answers go on when they are told to, and which knows when it wrote and when the
// client had read.
type paced struct {
	*httptest.Server
	mu     sync.Mutex
	client *net.TCPConn // the newest
	tokens []written
}

// written is what the server knows of one token.
type written struct {
	before time.Time // its write
	read   time.Time // the client had read everything; only for the first token and the last
}

// connKey is of a server's connection in the context of its requests.
type connKey struct{}

func newPaced(t testing.TB, secure bool, pause time.Duration, tokens int) *paced {
	t.Helper()
	p := &paced{}
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		say(w, roleEvent)
		p.waitUntilRead(t, r)
		for i := range tokens {
			time.Sleep(pause)
			token := written{before: time.Now()}
			say(w, tokenEvent)
			if i == 0 || i == tokens-1 {
				p.waitUntilRead(t, r)
				token.read = time.Now()
			}
			p.mu.Lock()
			p.tokens = append(p.tokens, token)
			p.mu.Unlock()
		}
		say(w, finishEvent+doneEvent)
	}))
	p.Config.ErrorLog = quiet()
	p.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		if secured, ok := c.(*tls.Conn); ok {
			c = secured.NetConn()
		}
		return context.WithValue(ctx, connKey{}, c)
	}
	if secure {
		p.StartTLS()
	} else {
		p.Start()
	}
	t.Cleanup(p.Close)
	return p
}

// dial remembers the client's connection.
func (p *paced) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.client, _ = c.(*net.TCPConn)
	return c, err
}

// waitUntilRead returns when everything that the server wrote has left its socket and the client's. What
// comes next cannot share a read with it then, however late the client is.
func (p *paced) waitUntilRead(tb testing.TB, r *http.Request) {
	tb.Helper()
	p.mu.Lock()
	client := p.client
	p.mu.Unlock()
	server, _ := r.Context().Value(connKey{}).(*net.TCPConn)
	for r.Context().Err() == nil {
		if queued(tb, server, unix.SIOCOUTQ) == 0 && queued(tb, client, unix.SIOCINQ) == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// queued is how many bytes wait in a socket, to be acknowledged or to be read.
func queued(tb testing.TB, c *net.TCPConn, queue uint) (n int) {
	tb.Helper()
	raw, err := c.SyscallConn()
	if err != nil {
		tb.Error(err)
		return 0
	}
	err = errors.Join(raw.Control(func(fd uintptr) { n, err = unix.IoctlGetInt(int(fd), queue) }), err)
	if err != nil {
		tb.Error(err)
	}
	return n
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
	p.tokens = nil
	p.mu.Unlock()
	return c.Send(t.Context(), request(), nil)
}

// The first token's instant is the kernel's, through net/http, prometheus/common's wrapper and TLS: it lies
// between the start of the write that sent it and the read that took it. That the stamp is exact between
// the two is held by the tests of internal/netstamp.
func TestFirstTokenIsStampedByTheKernel(t *testing.T) {
	for _, secure := range []bool{false, true} {
		p := newPaced(t, secure, 3*time.Millisecond, 2)
		c := newTestClient(t, p.endpoint(), Options{DialContext: p.dial})
		x := p.warm(t, c)
		if x.Outcome != OK || !x.HasReceiveLag || x.ReceiveLag < 0 || !x.Reused || x.FirstShared {
			t.Fatalf("tls %v: %s %v, receive lag %v %v, shared %v",
				secure, x.Outcome, x.Err, x.ReceiveLag, x.HasReceiveLag, x.FirstShared)
		}
		inOrder(t, &x)
		p.mu.Lock()
		first := p.tokens[0]
		p.mu.Unlock()
		if x.FirstToken.Before(first.before) {
			t.Errorf("tls %v: first token %v before it was written", secure, first.before.Sub(x.FirstToken))
		}
		if late := x.FirstToken.Sub(first.read); late > 0 {
			t.Errorf("tls %v: first token %v after it had been read", secure, late)
		}
		if _, ok := x.Retransmits.Value(); !ok {
			t.Errorf("tls %v: retransmits unknown", secure)
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
	const tokens = 40
	p := newPaced(t, secure, time.Millisecond, tokens)
	e := p.endpoint()
	e.BatchReads = model.Duration(20 * time.Millisecond)
	c := newTestClient(t, e, Options{DialContext: p.dial})
	x := p.warm(t, c)
	if x.Outcome != OK || x.Events != tokens {
		t.Fatalf("%s %v, %d events", x.Outcome, x.Err, x.Events)
	}
	p.mu.Lock()
	last := p.tokens[tokens-1]
	p.mu.Unlock()
	if x.LastToken.Before(last.before) || x.LastToken.After(last.read) {
		t.Errorf("tls %v: last token %v after its write began, and read within %v",
			secure, x.LastToken.Sub(last.before), last.read.Sub(last.before))
	}
	if x.LongestGap < 10*time.Millisecond {
		t.Errorf("longest gap %v: nothing was read together", x.LongestGap)
	}
}
