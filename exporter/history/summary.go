package history

import (
	"iter"
	"maps"
	"time"

	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// State is the state of a target in one word.
type State string

// The states; a target has the first that applies.
const (
	Paused      State = "paused" // by its operator
	Maintenance State = "maintenance"
	NoBudget    State = "budget"   // nothing is sent, or less, for want of budget
	Waiting     State = "waiting"  // a request has waited long for its first token
	Starting    State = "starting" // no answer yet
	Failing     State = "failing"  // the last request failed
	BackOff     State = "back-off" // the load is below its set-point
	Steady      State = "steady"
)

// Summary is the state of a target at a glance. Like the series, it leaves out times and rates of results that are
// outside the steady load.
type Summary struct {
	Target string `json:"target"`
	State  State  `json:"state"`

	// The last ten minutes, or as much of them as is remembered.
	Requests int                  `json:"requests"`
	Outcomes map[chat.Outcome]int `json:"outcomes"`
	Covered  time.Duration        `json:"covered_ns"` // from the oldest of the requests until now
	// NotStreamed are the good answers that came at once.
	NotStreamed int `json:"not_streamed,omitempty"`
	// NoUsage are the good answers whose output the server did not count.
	NoUsage  int       `json:"no_usage,omitempty"`
	TTFTCold Quantiles `json:"ttft_cold_seconds,omitzero"`
	TTFTWarm Quantiles `json:"ttft_warm_seconds,omitzero"`
	TPS      Quantiles `json:"output_tokens_per_second,omitzero"`

	// Of the last minute, by usage; nil in the first second.
	InputPerMin  *float64 `json:"input_tokens_per_minute,omitempty"`
	OutputPerMin *float64 `json:"output_tokens_per_minute,omitempty"`

	// Wait is how long the oldest request in flight has waited for its first token; 0 while none does. OtherModel is
	// the model of the last good answer, where it is not the one that was asked for.
	Wait       time.Duration `json:"oldest_wait_ns,omitempty"`
	OtherModel string        `json:"other_model,omitempty"`

	// Now; nil before the load starts.
	SetPoint  *float64 `json:"tokens_per_minute_target,omitempty"`
	Effective *float64 `json:"tokens_per_minute_effective,omitempty"`

	// ThrottledSince is when the server began to throttle; zero when it no longer does.
	ThrottledSince time.Time `json:"throttled_since,omitzero"`

	// PausedSince is when the target was paused by hand or by its configuration; MaintenanceUntil is when its maintenance
	// ends. Zero while there is none.
	PausedSince      time.Time `json:"paused_since,omitzero"`
	MaintenanceUntil time.Time `json:"maintenance_until,omitzero"`

	// Since the target started. CacheRatio is reported over expected cached tokens; nil where the server does not say.
	Spent       float64                 `json:"cost_dollars"`
	CacheRatio  *float64                `json:"cached_ratio,omitempty"`
	Skipped     map[prober.Reason]int   `json:"skipped,omitempty"`
	SLOs        map[slo.Name]Attainment `json:"slos,omitempty"`
	Failures    int                     `json:"consecutive_failures"`
	LastSuccess time.Time               `json:"last_success,omitzero"`
	LastError   string                  `json:"last_error,omitempty"`
	LastRemedy  string                  `json:"last_remedy,omitempty"`
	LastErrorAt time.Time               `json:"last_error_at,omitzero"`
}

// Attainment is how far an objective is met, since the target started.
type Attainment struct {
	Events    int     `json:"events"`
	Bad       int     `json:"bad"`
	Objective float64 `json:"objective_ratio"`
}

// Ratio is the share of good events; false without events.
func (a Attainment) Ratio() (float64, bool) {
	if a.Events == 0 {
		return 0, false
	}
	return 1 - float64(a.Bad)/float64(a.Events), true
}

// TPM is the tokens of the last minute, in and out; false in a target's first second.
func (s Summary) TPM() (float64, bool) {
	if s.InputPerMin == nil || s.OutputPerMin == nil {
		return 0, false
	}
	return *s.InputPerMin + *s.OutputPerMin, true
}

func (h *targetHistory) summary(now time.Time) Summary {
	h.mu.Lock()
	defer h.mu.Unlock()
	cacheRatio := float64(h.cached) / float64(max(1, h.cacheable))
	s := Summary{
		Target: h.target.Name, State: h.state(now), Wait: h.oldestWait(now), OtherModel: h.otherModel,
		Outcomes:     map[chat.Outcome]int{},
		InputPerMin:  results.Optional(h.input.perMinute(now)),
		OutputPerMin: results.Optional(h.output.perMinute(now)),
		SetPoint:     results.Optional(h.setPoint, h.hasRate),
		Effective:    results.Optional(h.effective, h.hasRate),
		Spent:        h.spent,
		CacheRatio:   results.Optional(cacheRatio, h.cacheable > 0),
		Skipped:      maps.Clone(h.skips), SLOs: maps.Clone(h.verdicts),
		Failures: h.failures, ThrottledSince: h.throttledSince,
		PausedSince: h.pause.Since, MaintenanceUntil: h.pause.Until, LastSuccess: h.lastSuccess,
		LastError: h.lastError, LastRemedy: h.lastRemedy, LastErrorAt: h.lastErrorAt,
	}
	s.addWindow(h.samples.last(windowLimit), now)
	return s
}

// addWindow adds the samples since the window began. They may stand in any order.
func (s *Summary) addWindow(samples iter.Seq[sample], now time.Time) {
	var cold, warm, tps []float64
	for x := range samples {
		if now.Sub(x.end) > window {
			continue
		}
		s.Requests++
		s.Outcomes[x.outcome]++
		s.Covered = max(s.Covered, now.Sub(x.end))
		if x.notStreamed {
			s.NotStreamed++
		}
		if x.noUsage {
			s.NoUsage++
		}
		if !x.steady {
			continue
		}
		switch {
		case x.hasTTFT && x.warm:
			warm = append(warm, x.ttft)
		case x.hasTTFT:
			cold = append(cold, x.ttft)
		}
		if x.hasTPS {
			tps = append(tps, x.tps)
		}
	}
	s.TTFTCold, s.TTFTWarm, s.TPS = quantilesOf(cold), quantilesOf(warm), quantilesOf(tps)
}

// longWait is the least that makes a target wait; a TTFT objective that allows more makes it longer.
const longWait = 10 * time.Second

func (h *targetHistory) state(now time.Time) State {
	threshold := time.Duration(h.target.SLOs[slo.TTFT].Threshold * float64(time.Second))
	switch {
	case !h.pause.Since.IsZero():
		return Paused
	case h.pause.Active():
		return Maintenance
	case h.budget == budget.Stopped:
		return NoBudget
	case h.oldestWait(now) > max(longWait, threshold):
		return Waiting
	case h.samples.n == 0:
		return Starting
	case h.failures > 0:
		return Failing
	case h.effective < h.setPoint && h.budget == budget.Reduced:
		return NoBudget
	case h.effective < h.setPoint:
		return BackOff
	}
	return Steady
}
