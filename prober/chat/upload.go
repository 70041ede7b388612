package chat

import (
	"net/http/httptrace"
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

// Acknowledgements are polled for: first at once, then in steps that are an eighth of the time that
// has passed, so that an upload's end is known to an eighth of itself. Ten times the time is twenty more
// questions, of a microsecond each: a second takes fifty.
//
//	Written ─┬0.5 ms┬0.5┬…┬ 5 ms ┬ 5.6 ┬ … acknowledged
//	         └ every step asks the kernel once (TCP_INFO)
const (
	askEvery = 500 * time.Microsecond
	askShare = 8
)

// upload is what a trace knows of the request's way to the peer. The trace's lock guards it.
type upload struct {
	before uint32 // segments that the connection had sent again before this exchange
	acked  time.Time
	again  Count
	timer  *time.Timer
	over   bool
}

// got takes over a connection, in the lock.
func (t *trace) got(i httptrace.GotConnInfo) {
	t.wire = netstamp.Of(i.Conn)
	if t.wire == nil {
		return
	}
	t.wire.LimitReads(readBeforeToken)
	t.upload.before = 0
	if d, ok := t.wire.Delivery(); ok && i.Reused {
		t.upload.before = d.Retransmitted
	}
}

// follow asks whether the peer has everything, in the lock, now and again until it has or there is
// nothing left to learn.
func (t *trace) follow() {
	u := &t.upload
	if t.wire == nil || u.over || !t.headers.IsZero() {
		return
	}
	d, ok := t.wire.Delivery()
	if !ok {
		return
	}
	now := time.Now()
	if d.Whole {
		u.acked = now
		return
	}
	next := max(askEvery, now.Sub(t.written)/askShare)
	if u.timer != nil {
		u.timer.Reset(next)
		return
	}
	u.timer = time.AfterFunc(next, func() {
		defer t.lock()()
		t.follow()
	})
}

// end stops asking. It comes before the connection may be closed or go to another exchange; to call
// it again does nothing.
func (t *trace) end() {
	defer t.lock()()
	u := &t.upload
	if u.over || t.wire == nil {
		return
	}
	u.over = true
	if u.timer != nil {
		u.timer.Stop()
	}
	if d, ok := t.wire.Delivery(); ok {
		u.again = Counted(int64(d.Retransmitted - u.before))
	}
}

// received is when the newest bytes came.
func (t *trace) received() time.Time {
	if t.wire != nil {
		if r, ok := t.wire.Receipt(); ok {
			return r.At
		}
	}
	return time.Now()
}

// connection is the wire that the exchange uses, nil if it tells nothing.
func (t *trace) connection() netstamp.Conn {
	defer t.lock()()
	return t.wire
}
