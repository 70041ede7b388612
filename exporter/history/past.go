package history

import (
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// past is what is remembered of one target.
type past struct {
	target prober.Target

	mu                  sync.Mutex
	results             ring[prober.Result]
	samples             ring[sample]
	input, output       meter
	spent               float64
	skips               map[prober.Reason]int
	verdicts            map[slo.Name]Attainment
	setPoint, effective float64
	hasPace             bool
	failures            int
	lastSuccess         time.Time
	lastError           string
	lastErrorAt         time.Time
	cached, cacheable   int64
}

// sample is as much of a result as a Summary needs: some 64 bytes instead of a thousand.
type sample struct {
	end               time.Time
	ttft, tps         float64 // seconds and tokens per second, where there was one
	hasTTFT, hasTPS   bool
	warm, isBootstrap bool
	outcome           chat.Outcome
}

func newPast(t prober.Target, now time.Time) *past {
	p := &past{target: t, skips: map[prober.Reason]int{}, verdicts: map[slo.Name]Attainment{}}
	for name, o := range t.SLOs {
		p.verdicts[name] = Attainment{Objective: o.Ratio}
	}
	p.input.since, p.output.since = now, now
	return p
}

func (p *past) result(r prober.Result, kept int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.results.push(flat(r), kept)
	p.samples.push(sampleOf(r), windowLimit)
	p.usage(r)
	switch {
	case r.Outcome == chat.OK:
		p.failures, p.lastSuccess = 0, r.End
	case r.Outcome != chat.Cancelled:
		p.failures++
		p.lastErrorAt = r.End
		if r.Err != nil {
			p.lastError = r.Err.Error()
		}
	}
}

// usage adds what the server reported; what it did not is not guessed here either.
func (p *past) usage(r prober.Result) {
	in, _ := r.Usage.Input.Value()
	out, _ := r.Usage.Output.Value()
	p.input.add(r.End, float64(in))
	p.output.add(r.End, float64(out))
	if cached, ok := r.Usage.Cached.Value(); ok {
		p.cached += cached
		p.cacheable += r.Turn.Cached
	}
	if p.target.Prices != nil {
		if dollars, ok := p.target.Prices.Cost(r.Usage); ok {
			p.spent += dollars
		}
	}
}

func sampleOf(r prober.Result) sample {
	s := sample{end: r.End, warm: r.Turn.Cache() == "warm", isBootstrap: !r.Steady(), outcome: r.Outcome}
	if ttft, ok := r.TTFT(); ok {
		s.ttft, s.hasTTFT = ttft.Seconds(), true
	}
	s.tps, s.hasTPS = r.TPS()
	return s
}

func (p *past) skipped(e prober.Skipped) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.skips[e.Reason]++
}

func (p *past) paced(e prober.RateChanged) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.setPoint, p.effective, p.hasPace = e.SetPoint, e.Effective, true
}

func (p *past) judged(e prober.Judged) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.verdicts[e.SLO]
	a.Events++
	if e.Bad {
		a.Bad++
	}
	p.verdicts[e.SLO] = a
}
