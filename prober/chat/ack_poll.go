package chat

import (
	"net/http/httptrace"
	"time"
)

// ackPoll asks the kernel when the peer has acknowledged the request, and how many segments were sent
// again. The trace's lock guards it.
//
// The first poll comes at once. Later intervals are an eighth of the time passed, so the end of an upload
// is known to an eighth of itself. Polling costs about 20 calls of a microsecond for each factor of ten:
// 50 in the first second.
//
//	Written ─┬0.5 ms┬0.5┬…┬ 5 ms ┬ 5.6 ┬ … acknowledged
//	         └ every step asks the kernel once (TCP_INFO)
type ackPoll struct {
	before      uint32 // segments that the connection had sent again before this exchange
	acked       time.Time
	retransmits Count
	timer       *time.Timer
	stopped     bool
}

const (
	pollInterval = 500 * time.Microsecond
	pollShare    = 8
)

// poll asks whether the peer has acknowledged everything, and again until it has, the response begins or
// the trace stops. It is called with the lock held.
func (t *trace) poll() {
	p := &t.acks
	if t.conn == nil || p.stopped || !t.headers.IsZero() {
		return
	}
	d, ok := t.conn.Delivery()
	if !ok {
		return
	}
	now := time.Now()
	if d.Whole {
		p.acked = now
		return
	}
	next := max(pollInterval, now.Sub(t.written)/pollShare)
	if p.timer != nil {
		p.timer.Reset(next)
		return
	}
	p.timer = time.AfterFunc(next, func() {
		defer t.lock()()
		t.poll()
	})
}

// startCounting notes how many segments the connection has sent again so far.
func (t *trace) startCounting(i httptrace.GotConnInfo) {
	t.acks.before = 0
	if d, ok := t.conn.Delivery(); ok && i.Reused {
		t.acks.before = d.Retransmitted
	}
}

// stop ends the polling and counts the segments that were sent again. It comes before the connection may
// be closed or go to another exchange; a second call does nothing.
func (t *trace) stop() {
	defer t.lock()()
	p := &t.acks
	if p.stopped || t.conn == nil {
		return
	}
	p.stopped = true
	if p.timer != nil {
		p.timer.Stop()
	}
	if d, ok := t.conn.Delivery(); ok {
		p.retransmits = Counted(int64(d.Retransmitted - p.before))
	}
}
