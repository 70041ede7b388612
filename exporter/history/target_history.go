package history

import (
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// targetHistory holds recent results and running totals of one target.
type targetHistory struct {
	mu                  sync.Mutex
	target              prober.Target
	results             kept
	samples             ring[sample]
	input, output       meter
	spent               float64 // dollars
	skips               map[prober.Reason]int
	verdicts            map[slo.Name]Attainment
	setPoint, effective float64 // tokens per minute, once hasRate
	hasRate             bool
	budget              budget.Level // what it leaves of the load
	throttledSince      time.Time
	pause               prober.Pause
	failures            int // since the last success
	lastSuccess         time.Time
	lastError           string
	lastRemedy          string // for lastError
	lastErrorAt         time.Time
	cached, cacheable   int64                // tokens, of the answers that say how much was cached
	waiting             map[string]time.Time // when the requests without a first token were sent, by id
	otherModel          string               // of the last good answer, where it is not the one that was asked for
}

// sample is as much of a result as a Summary needs: some 64 bytes instead of a thousand.
type sample struct {
	end             time.Time
	ttft, tps       float64 // seconds and tokens per second, where there was one
	hasTTFT, hasTPS bool
	warm, steady    bool
	notStreamed     bool
	noUsage         bool
	outcome         chat.Outcome
}

func newTargetHistory(t prober.Target, now time.Time) *targetHistory {
	h := &targetHistory{
		target: t, skips: map[prober.Reason]int{}, verdicts: map[slo.Name]Attainment{}, waiting: map[string]time.Time{},
	}
	for name, o := range t.SLOs {
		h.verdicts[name] = Attainment{Objective: o.Ratio}
	}
	h.input.since, h.output.since = now, now
	return h
}

// describe takes in that the configuration says something else of the target.
func (h *targetHistory) describe(t prober.Target) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.target = t
}

// addResult keeps the result as one of the last.
func (h *targetHistory) addResult(r prober.Result, limit room) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.waiting, r.ID)
	h.results.add(withoutCause(r), limit)
	h.addSample(sampleOf(r))
	h.addUsage(r)
	switch {
	case r.Outcome == chat.OK:
		h.failures, h.lastSuccess, h.otherModel = 0, r.End, ""
		if !h.target.AskedFor(r.Identity.Model) {
			h.otherModel = r.Identity.Model
		}
	case r.Outcome != chat.Cancelled:
		h.failures++
		h.lastErrorAt = r.End
		h.lastRemedy = r.Remedy()
		if r.Err != nil {
			h.lastError = r.Err.Error()
		}
	}
}

// addSample also lets go of what no Summary looks at any more. Samples come nearly in the order of their ends.
func (h *targetHistory) addSample(s sample) {
	for h.samples.n > 0 && s.end.Sub(h.samples.first().end) > window {
		h.samples.drop()
	}
	h.samples.push(s, windowLimit)
}

// addUsage adds the tokens that the server reported. Those that it did not report are not estimated.
func (h *targetHistory) addUsage(r prober.Result) {
	in, _ := r.Usage.Input.Value()
	out, _ := r.Usage.Output.Value()
	h.input.add(r.End, float64(in))
	h.output.add(r.End, float64(out))
	if cached, ok := r.Usage.Cached.Value(); ok {
		h.cached += cached
		h.cacheable += r.Turn.Cached
	}
	if h.target.Prices != nil {
		if dollars, ok := h.target.Prices.Cost(r.Usage); ok {
			h.spent += dollars
		}
	}
}

func sampleOf(r prober.Result) sample {
	s := sample{end: r.End, warm: r.Turn.Cache() == "warm", steady: r.Steady(), outcome: r.Outcome}
	s.notStreamed = r.NotStreamed()
	_, counted := r.Usage.Output.Value()
	s.noUsage = r.Outcome == chat.OK && !counted
	if ttft, ok := r.TTFT(); ok {
		s.ttft, s.hasTTFT = ttft.Seconds(), true
	}
	s.tps, s.hasTPS = r.TPS()
	return s
}

func (h *targetHistory) addSent(e prober.Sent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.waiting[e.ID] = e.At
}

func (h *targetHistory) addFirstToken(e prober.FirstToken) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.waiting, e.ID)
}

// oldestWait is how long the oldest request without a first token has waited; 0 while none waits.
func (h *targetHistory) oldestWait(now time.Time) (oldest time.Duration) {
	for _, sent := range h.waiting {
		oldest = max(oldest, now.Sub(sent))
	}
	return oldest
}

func (h *targetHistory) addSkipped(e prober.Skipped) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.skips[e.Reason]++
}

func (h *targetHistory) setRate(e prober.RateChanged) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.setPoint, h.effective, h.hasRate, h.budget = e.SetPoint, e.Effective, true, e.Budget
	h.throttledSince, h.pause = e.ThrottledSince, e.Pause
}

func (h *targetHistory) addVerdict(e prober.Judged) {
	if e.Doubted {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.verdicts[e.SLO]
	a.Events++
	if e.Bad {
		a.Bad++
	}
	h.verdicts[e.SLO] = a
}
