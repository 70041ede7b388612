package chat

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http/httptrace"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

// trace takes the instants that net/http knows. Its hooks run on other goroutines and may come when the
// exchange is over (a dial that lost the race with a connection that became idle, the end of an upload
// after an early error). So it keeps its own notes, and copies them into the exchange when asked.
type trace struct {
	mu                          sync.Mutex
	connected, written, headers time.Time
	conn                        netstamp.Conn // nil if the connection has no stamps
	acks                        ackPoll
	reused                      bool
	dns, tcp, tls               phase
	certificateExpiry           time.Time
	secretHeaders               []string
	sent                        []string // the values of these, as they went out
}

// phase is one part of setting up a connection.
type phase struct {
	began time.Time
	took  time.Duration
}

// attach returns ctx with the trace's hooks.
func (t *trace) attach(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:              t.gotConn,
		WroteHeaderField:     t.wroteHeaderField,
		WroteRequest:         t.wroteRequest,
		GotFirstResponseByte: t.gotFirstResponseByte,
		DNSStart:             func(httptrace.DNSStartInfo) { t.startPhase(&t.dns) },
		DNSDone:              func(i httptrace.DNSDoneInfo) { t.endPhase(&t.dns, i.Err) },
		// Addresses are tried in turn or at once: the phase lasts from the first try to the one that succeeds.
		ConnectStart:      func(_, _ string) { t.startPhase(&t.tcp) },
		ConnectDone:       func(_, _ string, err error) { t.endPhase(&t.tcp, err) },
		TLSHandshakeStart: func() { t.startPhase(&t.tls) },
		TLSHandshakeDone:  t.handshakeDone,
	})
}

func (t *trace) lock() (unlock func()) {
	t.mu.Lock()
	return t.mu.Unlock
}

func (t *trace) gotConn(i httptrace.GotConnInfo) {
	defer t.lock()()
	t.connected, t.reused = time.Now(), i.Reused
	t.conn = netstamp.Of(i.Conn)
	if t.conn != nil {
		t.conn.LimitReads(readBeforeToken)
		t.startCounting(i)
	}
}

// wroteHeaderField sees what round trippers add, such as the token of OAuth2.
func (t *trace) wroteHeaderField(name string, values []string) {
	if !isSecretHeader(t.secretHeaders, name) {
		return
	}
	defer t.lock()()
	for _, value := range values {
		t.sent = append(t.sent, credentials(value)...)
	}
}

// secrets that have been sent.
func (t *trace) secrets() []string {
	defer t.lock()()
	return t.sent
}

func (t *trace) wroteRequest(i httptrace.WroteRequestInfo) {
	defer t.lock()()
	if i.Err == nil {
		t.written = time.Now()
		t.poll()
	}
}

func (t *trace) gotFirstResponseByte() {
	defer t.lock()()
	t.headers = t.received()
}

func (t *trace) startPhase(p *phase) {
	defer t.lock()()
	if p.began.IsZero() {
		p.began = time.Now()
	}
}

func (t *trace) endPhase(p *phase, err error) {
	defer t.lock()()
	if err == nil && p.took == 0 {
		p.took = time.Since(p.began)
	}
}

// handshakeDone knows the server's certificates even where they were refused: also for having expired.
func (t *trace) handshakeDone(state tls.ConnectionState, err error) {
	t.endPhase(&t.tls, err)
	served := state.PeerCertificates
	if refused, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		served = refused.UnverifiedCertificates
	}
	defer t.lock()()
	t.certificateExpiry = earliestExpiry(served)
}

// earliestExpiry is when the first certificate of a chain expires; zero for none.
func earliestExpiry(chain []*x509.Certificate) (earliest time.Time) {
	for _, c := range chain {
		if earliest.IsZero() || c.NotAfter.Before(earliest) {
			earliest = c.NotAfter
		}
	}
	return earliest
}

// received is when the newest bytes came.
func (t *trace) received() time.Time {
	if t.conn != nil {
		if r, ok := t.conn.Receipt(); ok {
			return r.At
		}
	}
	return time.Now()
}

// connection is the stamped connection of the exchange, nil if it has no stamps.
func (t *trace) connection() netstamp.Conn {
	defer t.lock()()
	return t.conn
}

// fill copies what is known so far into x; sentAll says that net/http has read the body to its end. On a
// reused connection the phases are those of a dial that was not needed after all.
func (t *trace) fill(x *Exchange, sentAll bool) {
	defer t.lock()()
	x.Connected, x.Written, x.Headers, x.Reused = t.connected, t.written, t.headers, t.reused
	x.Acked, x.Retransmits = t.acks.acked, t.acks.retransmits
	x.CertificateExpiry = t.certificateExpiry
	x.Phases = Phases{}
	if !t.reused {
		x.Phases = Phases{DNS: t.dns.took, TCP: t.tcp.took, TLS: t.tls.took}
	}
	// The goroutine that writes may not be scheduled between its last write and its hook for longer than
	// the server takes to answer. A server cannot answer what was not sent, so the response's first byte
	// bounds the instant.
	late := t.written.IsZero() || t.written.After(t.headers)
	if !t.headers.IsZero() && sentAll && late {
		x.Written = t.headers
	}
	// An acknowledgement that was seen after the response began may have come at any time before. Taking the
	// response's first byte instead would leave no time for the server.
	if !t.headers.IsZero() && x.Acked.After(t.headers) {
		x.Acked = time.Time{}
	}
}
