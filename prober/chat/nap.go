package chat

import "time"

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
}

func newNap(window time.Duration, done <-chan struct{}) *nap {
	t := time.NewTimer(window)
	t.Stop()
	return &nap{window, done, t}
}

// take sleeps, unless more has come already than was read.
func (n *nap) take(got Receipt) {
	if n == nil || !got.Kernel || got.more {
		return
	}
	n.timer.Reset(n.window)
	select {
	case <-n.timer.C:
	case <-n.done: // the next read says so
	}
}

func (n *nap) stop() { n.timer.Stop() }
