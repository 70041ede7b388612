package chat

import (
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

// nap lets tokens gather after the first one, so that one read takes many:
//
//	tokens   ·  ·  ·  ·  ·  ·        ·  ·
//	reads    █──nap──█──nap──█─ waits █──nap──█
//
// A read gives the stamp of the newest segment it took. So the last token of a stream is as exact as
// without, as far as nothing follows it within the same nap: the finish marker comes along with it. A
// gap that is longer than a nap ends while the reader waits, and is exact. Of shorter ones only the
// distance of newest to newest is known, which is no less than each and no more than a nap.
type nap struct {
	window time.Duration
	done   <-chan struct{} // of the exchange's context
	timer  *time.Timer
	serial uint64 // of the read after which it slept last
}

func newNap(window time.Duration, done <-chan struct{}) *nap {
	t := time.NewTimer(window)
	t.Stop()
	return &nap{window: window, done: done, timer: t}
}

// take sleeps, unless there is more to have at once: in the kernel, or in a buffer that TLS fills with
// many records and hands out one by one.
func (n *nap) take(got netstamp.Receipt) {
	if n == nil || !got.Kernel || got.Full || got.Serial == n.serial {
		return
	}
	n.serial = got.Serial
	n.timer.Reset(n.window)
	select {
	case <-n.timer.C:
	case <-n.done: // the next read says so
	}
}

func (n *nap) stop() { n.timer.Stop() }
