package selfcheck

import (
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// Lags and errors above these bounds are evidence against this process. Objectives for a first token are
// hundreds of milliseconds: smaller errors change no verdict.
const (
	// latencyBound is for errors that latencies can contain: the self-check's error, and the receive lag, which
	// latencies would contain without the kernel's stamps.
	latencyBound = 10 * time.Millisecond
	// scheduleBound is for the schedule lag. No latency contains it but the one from schedule, and
	// building a long prompt takes milliseconds of it.
	scheduleBound = 50 * time.Millisecond
)

// The thresholds of doubt.
const (
	window      = time.Minute
	parts       = 12          // of the window
	fewest      = 3           // observations beyond their bound in the window, and …
	doubtShare  = 0.05        // … this share of all of them, begin the doubt
	trustShare  = 0.01        // less than this share ends it
	outrageous  = time.Second // one such observation is enough
	missedTimes = 4           // checks in a row without a result
)

// Trust decides whether the numbers of this process can be believed. It doubts them when, of the lags
// and errors of the last minute, at least three and at least one in twenty were beyond their bounds, or
// one was beyond a second, or when the self-check had no result four times in a row. It trusts them
// again when fewer than one in a hundred are beyond. A fault of this process, such as a lack of file
// descriptors, begins a minute of doubt by itself:
//
//	share beyond bound   0 ▁▁▂█████▃▂▁▁▁▁▁ 0
//	trusted              1 ▔▔▔│▁▁▁▁▁▁▁▁▁│▔ 1
//	                        5 %         1 %
//
// It is safe for concurrent use and reads no clock.
type Trust struct {
	every time.Duration // between checks; 0 when none are made

	mu      sync.Mutex
	counts  [parts]counts
	doubt   bool
	checked time.Time // newest good check
}

// counts of one part of the window.
type counts struct {
	number      int64 // of the part, since 1970
	all, beyond int
	outrageous  bool // a lag beyond a second, or a fault of this process
}

// NewTrust trusts from now on. every is the time between self-checks, 0 if there are none.
func NewTrust(now time.Time, every time.Duration) *Trust {
	return &Trust{every: every, checked: now}
}

// Judge takes a result's lags as evidence. It reports whether the result can be believed, that is, the
// process is trusted and the result's own lags are within their bounds. See prober.Options.
func (t *Trust) Judge(r prober.Result, now time.Time) bool {
	own := r.Outcome != chat.Local
	if !own {
		t.fault(now)
	}
	if d, ok := r.Lag(); ok {
		t.note(now, d, scheduleBound)
		own = own && d <= scheduleBound
	}
	if d, ok := r.ReceiveDelay(); ok {
		t.note(now, d, latencyBound)
		own = own && d <= latencyBound
	}
	return t.Trusted(now) && own
}

// Check takes the sample of a self-check as evidence.
func (t *Trust) Check(s Sample) {
	t.note(s.At, s.Error.Abs(), latencyBound)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.checked = s.At
}

func (t *Trust) note(now time.Time, lag, bound time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.part(now)
	c.all++
	if lag > bound {
		c.beyond++
	}
	c.outrageous = c.outrageous || lag > outrageous
}

// fault takes a fault of this process as evidence.
func (t *Trust) fault(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.part(now).outrageous = true
}

// part is the part of the window that now is in.
func (t *Trust) part(now time.Time) *counts {
	n := now.UnixNano() / int64(window/parts)
	c := &t.counts[n%parts]
	if c.number != n {
		*c = counts{number: n}
	}
	return c
}

// Trusted is the verdict at now.
func (t *Trust) Trusted(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.lately(now)
	silent := t.every > 0 && now.Sub(t.checked) > missedTimes*t.every
	share := float64(s.beyond) / float64(max(s.all, 1))
	if t.doubt {
		t.doubt = silent || s.outrageous || share >= trustShare
	} else {
		t.doubt = silent || s.outrageous || s.beyond >= fewest && share >= doubtShare
	}
	return !t.doubt
}

// lately sums the window.
func (t *Trust) lately(now time.Time) (sum counts) {
	newest := now.UnixNano() / int64(window/parts)
	for _, c := range t.counts {
		if c.number > newest-parts && c.number <= newest {
			sum.all += c.all
			sum.beyond += c.beyond
			sum.outrageous = sum.outrageous || c.outrageous
		}
	}
	return sum
}
