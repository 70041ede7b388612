package chat

import (
	"net"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

// slowPeer is a wire whose peer acknowledges at an instant.
type slowPeer struct {
	net.Conn
	at    time.Time
	asked int
}

func (p *slowPeer) LocalAddr() net.Addr             { return &netstamp.Address{Addr: &net.TCPAddr{}, Conn: p} }
func (*slowPeer) LimitReads(int)                    {}
func (*slowPeer) Receipt() (netstamp.Receipt, bool) { return netstamp.Receipt{}, false }
func (p *slowPeer) Delivery() (netstamp.Delivery, bool) {
	p.asked++
	return netstamp.Delivery{Whole: !time.Now().Before(p.at), Retransmitted: uint32(p.asked)}, true
}

func TestAcknowledgement(t *testing.T) {
	for _, row := range []struct {
		name   string
		ack    time.Duration // after the last byte was written
		answer time.Duration
		seen   bool
	}{
		{"at once", 0, time.Second, true},
		{"a round trip later", 50 * time.Millisecond, time.Second, true},
		{"a long upload", 3 * time.Second, 10 * time.Second, true},
		{"with the answer", 60 * time.Millisecond, 60 * time.Millisecond, false}, // nobody knows when
	} {
		synctest.Test(t, func(t *testing.T) {
			var tr trace
			start := time.Now()
			peer := &slowPeer{at: start.Add(row.ack)}
			hooks := httptrace.ContextClientTrace(tr.attach(t.Context()))
			hooks.GotConn(httptrace.GotConnInfo{Conn: peer})
			hooks.WroteRequest(httptrace.WroteRequestInfo{})
			time.Sleep(row.answer)
			hooks.GotFirstResponseByte()
			tr.stop()
			asked := peer.asked
			time.Sleep(time.Hour)
			if peer.asked != asked || asked > 70 {
				t.Errorf("%s: asked %d times, %d of them after the end", row.name, peer.asked, peer.asked-asked)
			}
			var x Exchange
			tr.fill(&x, true)
			late := x.Acked.Sub(peer.at)
			most := max(pollInterval, row.ack/pollShare+pollInterval)
			if x.Acked.IsZero() == row.seen || row.seen && (late < 0 || late > most) {
				t.Errorf("%s: seen %v late", row.name, late)
			}
			if n, ok := x.Retransmits.Value(); !ok || n != int64(asked) {
				t.Errorf("%s: %d retransmits, %v", row.name, n, ok)
			}
		})
	}
}
