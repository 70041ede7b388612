package metrics

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
)

// pace is the load: what was asked for, what back-off leaves of it, and what came of it.
type pace struct {
	setPoint, effective series.Vec[prometheus.Gauge]
	minutes             series.Vec[prometheus.Observer]
}

func newPace(s *series.Registry) pace {
	return pace{
		setPoint: s.GaugeVec(series.Family{Name: "tokens_per_minute_target",
			Help: "Set-point of the load in input tokens per minute, cached or not; 0 until the load starts."}),
		effective: s.GaugeVec(series.Family{Name: "tokens_per_minute_effective",
			Help: "What back-off leaves of the set-point, in tokens per minute."}),
		minutes: s.HistogramVec(series.Family{Name: "tokens_per_minute", Buckets: tpmBuckets(),
			Labels: []series.Label{{Name: "direction", Values: []string{"input", "output"}}},
			Help:   "One observation for each whole UTC minute of a target's life, zeros included: the tokens, by usage, of the answers that ended in it."}),
	}
}

type paceOf struct {
	setPoint, effective prometheus.Gauge
	minute              *minute
}

func (p pace) create(target string, now time.Time) paceOf {
	minutes := p.minutes.Create(target)
	return paceOf{
		p.setPoint.Single(target), p.effective.Single(target),
		&minute{since: now, inputs: minutes[0], outputs: minutes[1]},
	}
}

func (p pace) delete(target string) {
	p.setPoint.Delete(target)
	p.effective.Delete(target)
	p.minutes.Delete(target)
}

func (p paceOf) set(e prober.RateChanged) {
	p.setPoint.Set(e.SetPoint)
	p.effective.Set(e.Effective)
}

// minute is the running sum of one target's tokens since the last full minute.
//
//	12:00:30 started   12:01   12:02
//	   │  not whole: ▒▒▒▒│███████│ observed at 12:02: the tokens of answers that ended in it
type minute struct {
	since           time.Time
	input, output   atomic.Int64
	inputs, outputs prometheus.Observer
}

// observe attributes all tokens of an answer to the minute in which it ended, as usage comes last.
func (m *minute) observe(r prober.Result) {
	in, _ := r.Usage.Input.Value()
	out, _ := r.Usage.Output.Value()
	m.input.Add(max(0, in))
	m.output.Add(max(0, out))
}

// closed ends the minute before end.
func (m *minute) closed(end time.Time) {
	in, out := m.input.Swap(0), m.output.Swap(0)
	if m.since.After(end.Add(-time.Minute)) {
		return // its first minute is not a whole one
	}
	m.inputs.Observe(float64(in))
	m.outputs.Observe(float64(out))
}
