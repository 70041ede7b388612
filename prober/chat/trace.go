package chat

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

// trace takes the instants that net/http knows. Its hooks run on other goroutines and may come when
// the exchange is over (a dial that lost the race with a connection that became idle, the end of an
// upload after an early error), so it keeps its own notes and hands out what it has when asked.
type trace struct {
	mu                           sync.Mutex
	connected, written, headers  time.Time
	wire                         netstamp.Conn // nil if the connection tells nothing
	upload                       upload
	reused                       bool
	dnsBegan, tcpBegan, tlsBegan time.Time
	phases                       Phases
}

// within is ctx with the trace's hooks.
func (t *trace) within(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			defer t.lock()()
			t.connected, t.reused = time.Now(), i.Reused
			t.got(i)
		},
		WroteRequest: func(i httptrace.WroteRequestInfo) {
			defer t.lock()()
			if i.Err == nil {
				t.written = time.Now()
				t.follow()
			}
		},
		GotFirstResponseByte: func() {
			defer t.lock()()
			t.headers = t.received()
		},
		DNSStart: func(httptrace.DNSStartInfo) { t.begin(&t.dnsBegan) },
		DNSDone:  func(i httptrace.DNSDoneInfo) { t.done(&t.dnsBegan, &t.phases.DNS, i.Err) },
		// Addresses are tried in turn or at once: from the first try to the one that succeeded.
		ConnectStart:      func(_, _ string) { t.begin(&t.tcpBegan) },
		ConnectDone:       func(_, _ string, err error) { t.done(&t.tcpBegan, &t.phases.TCP, err) },
		TLSHandshakeStart: func() { t.begin(&t.tlsBegan) },
		TLSHandshakeDone:  func(_ tls.ConnectionState, err error) { t.done(&t.tlsBegan, &t.phases.TLS, err) },
	})
}

func (t *trace) lock() (unlock func()) {
	t.mu.Lock()
	return t.mu.Unlock
}

func (t *trace) begin(at *time.Time) {
	defer t.lock()()
	if at.IsZero() {
		*at = time.Now()
	}
}

func (t *trace) done(began *time.Time, phase *time.Duration, err error) {
	defer t.lock()()
	if err == nil && *phase == 0 {
		*phase = time.Since(*began)
	}
}

// into writes what is known so far; whole says that the body was taken to its end. On a reused
// connection the phases are those of a dial that was not needed in the end.
func (t *trace) into(x *Exchange, whole bool) {
	defer t.lock()()
	x.Connected, x.Written, x.Acked, x.Headers, x.Reused = t.connected, t.written, t.upload.acked, t.headers, t.reused
	x.Retransmits = t.upload.again
	x.Phases = Phases{}
	if !t.reused {
		x.Phases = t.phases
	}
	// The goroutine that writes may not be scheduled between its last write and its hook, for longer
	// than the server takes to answer. No answer comes to what was not sent, so the response's first
	// byte bounds the instant.
	late := t.written.IsZero() || t.written.After(t.headers)
	if !t.headers.IsZero() && whole && late {
		x.Written = t.headers
	}
	if !t.headers.IsZero() && x.Acked.After(t.headers) {
		x.Acked = time.Time{} // seen too late to say when; as the answer's first byte it would leave no time for the server
	}
}
