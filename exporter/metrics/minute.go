package metrics

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// minuteEnded is the end of a UTC minute, for all targets.
type minuteEnded struct{ at time.Time }

// minute is the running sum of one target's tokens since the last full minute.
//
//	12:00:30 started   12:01   12:02
//	   │  not whole: ▒▒▒▒│███████│ observed at 12:02: the tokens of answers that ended in it
type minute struct {
	since         time.Time
	input, output minuteTokens
}

// minuteTokens are those of one direction. A good answer without their count makes the sum unknown.
type minuteTokens struct {
	sum     atomic.Int64
	unknown atomic.Bool
	series  prometheus.Observer
}

// startMinutes is an update.
func startMinutes(_ prober.Target, s []prometheus.Observer) func(*observation) {
	m := &minute{since: time.Now()}
	m.input.series, m.output.series = s[0], s[1]
	return func(o *observation) {
		switch e := o.event.(type) {
		case nil:
			good := o.result.Outcome == chat.OK
			m.input.add(o.result.Usage.Input, good)
			m.output.add(o.result.Usage.Output, good)
		case minuteEnded:
			whole := !m.since.After(e.at.Add(-time.Minute))
			m.input.end(whole)
			m.output.end(whole)
		}
	}
}

// add attributes all tokens of an answer to the minute in which it ended, as usage comes last.
func (t *minuteTokens) add(c chat.Count, good bool) {
	n, known := c.Value()
	t.sum.Add(max(0, n))
	if good && !known {
		t.unknown.Store(true)
	}
}

// end observes the sum of the minute, if it is known and the target has lived through all of it.
func (t *minuteTokens) end(whole bool) {
	sum, unknown := t.sum.Swap(0), t.unknown.Swap(false)
	if whole && !unknown {
		t.series.Observe(float64(sum))
	}
}

// Run ends each UTC minute as it passes, until ctx ends. If the process slept through several,
// what it then has goes to one of them and the others are not observed: nothing was probed.
func (m *Targets) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		end := time.Now().Truncate(time.Minute).Add(time.Minute)
		timer.Reset(time.Until(end)) // by the wall clock: Truncate drops the monotonic reading
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if now := time.Now(); !now.Before(end) { // before it, the wall clock was set back meanwhile
			m.endMinute(now.Truncate(time.Minute))
		}
	}
}

func (m *Targets) endMinute(at time.Time) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for _, t := range m.of {
		t.observe(&observation{event: minuteEnded{at}})
	}
}
