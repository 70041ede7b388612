package metrics

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober"
)

// minuteEnded is the end of a UTC minute, for all targets.
type minuteEnded struct{ at time.Time }

// minute is the running sum of one target's tokens since the last full minute.
//
//	12:00:30 started   12:01   12:02
//	   │  not whole: ▒▒▒▒│███████│ observed at 12:02: the tokens of answers that ended in it
type minute struct {
	since           time.Time
	input, output   atomic.Int64
	inputs, outputs prometheus.Observer
}

// startMinutes is an update.
func startMinutes(_ prober.Target, s []prometheus.Observer) func(*observation) {
	m := &minute{since: time.Now(), inputs: s[0], outputs: s[1]}
	return func(o *observation) {
		switch e := o.event.(type) {
		case nil:
			m.add(&o.result)
		case minuteEnded:
			m.end(e.at)
		}
	}
}

// add attributes all tokens of an answer to the minute in which it ended, as usage comes last.
func (m *minute) add(r *prober.Result) {
	in, _ := r.Usage.Input.Value()
	out, _ := r.Usage.Output.Value()
	m.input.Add(max(0, in))
	m.output.Add(max(0, out))
}

// end observes the sums of the minute before at, if the target has lived through all of it.
func (m *minute) end(at time.Time) {
	in, out := m.input.Swap(0), m.output.Swap(0)
	if m.since.After(at.Add(-time.Minute)) {
		return
	}
	m.inputs.Observe(float64(in))
	m.outputs.Observe(float64(out))
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
