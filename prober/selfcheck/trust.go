package selfcheck

import (
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/prober"
)

// What speaks against this process when it is exceeded. Objectives for a first token are hundreds of
// milliseconds: what is off by less moves no verdict.
const (
	// Bound is for what can be in a latency: the self-check's error, and the receive lag, which would be
	// in it without the kernel's stamps.
	Bound = 10 * time.Millisecond
	// ScheduleBound is for the schedule lag. It is in no latency but the one from schedule, and building
	// a long prompt takes milliseconds of it.
	ScheduleBound = 50 * time.Millisecond
)

// When to doubt, and when no longer.
const (
	window      = time.Minute
	slices      = 12          // of the window
	fewest      = 3           // observations beyond their bound in the window, and …
	doubtShare  = 0.05        // … this share of all of them, begin the doubt
	trustShare  = 0.01        // less than this share ends it
	outrageous  = time.Second // one such observation is enough
	missedTimes = 4           // checks in a row without a result
)

// Trust is whether the numbers of this process can be believed. They can until there is evidence
// against it: of the lags and errors seen in the last minute, three or more, and one in twenty or
// more, were beyond their bounds, or one was beyond a second, or the self-check has come to nothing four
// times in a row. Once lost, it comes back when fewer than one in a hundred are:
//
//	share beyond bound   0 ▁▁▂█████▃▂▁▁▁▁▁ 0
//	trusted              1 ▔▔▔│▁▁▁▁▁▁▁▁▁│▔ 1
//	                        5 %         1 %
//
// It is safe for concurrent use and reads no clock.
type Trust struct {
	every time.Duration // between checks; 0 when none are made

	mu      sync.Mutex
	counts  [slices]counts
	doubt   bool
	checked time.Time // newest good check
}

// counts of one slice of time.
type counts struct {
	slice       int64 // number since 1970
	all, beyond int
	outrageous  bool
}

// NewTrust trusts from now on. every is the time between self-checks, 0 if there are none.
func NewTrust(now time.Time, every time.Duration) *Trust {
	return &Trust{every: every, checked: now}
}

// Judge takes a result's lags as evidence and reports whether the result can be believed: neither
// this process nor the result's own lags are in doubt. See prober.Options.
func (t *Trust) Judge(r prober.Result, now time.Time) bool {
	own := true
	if d, ok := r.Lag(); ok {
		t.note(now, d, ScheduleBound)
		own = d <= ScheduleBound
	}
	if d, ok := r.ReceiveDelay(); ok {
		t.note(now, d, Bound)
		own = own && d <= Bound
	}
	return t.Trusted(now) && own
}

// Check takes a self-check as evidence.
func (t *Trust) Check(s Sample) {
	t.note(s.At, s.Error.Abs(), Bound)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.checked = s.At
}

func (t *Trust) note(now time.Time, lag, bound time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := now.UnixNano() / int64(window/slices)
	c := &t.counts[n%slices]
	if c.slice != n {
		*c = counts{slice: n}
	}
	c.all++
	if lag > bound {
		c.beyond++
	}
	c.outrageous = c.outrageous || lag > outrageous
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

// lately adds up the window.
func (t *Trust) lately(now time.Time) (sum counts) {
	newest := now.UnixNano() / int64(window/slices)
	for _, c := range t.counts {
		if c.slice > newest-slices && c.slice <= newest {
			sum.all += c.all
			sum.beyond += c.beyond
			sum.outrageous = sum.outrageous || c.outrageous
		}
	}
	return sum
}
