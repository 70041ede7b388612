package history

import (
	"maps"
	"time"

	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// State is a target in one word.
type State string

// The states, in the order in which they are looked for.
const (
	IsPaused State = "paused"   // by its configuration
	Starting State = "starting" // no answer yet
	Failing  State = "failing"  // the last request failed
	BackOff  State = "back-off" // the load is below its set-point
	Steady   State = "steady"
)

// Summary is a target at a glance. Times and rates of bootstrap turns are left out, as they are
// from the series.
type Summary struct {
	Target string `json:"target"`
	State  State  `json:"state"`

	// The last Window, or as much of it as is remembered.
	Requests     int                  `json:"requests"`
	Outcomes     map[chat.Outcome]int `json:"outcomes"`
	Covered      time.Duration        `json:"covered_ns"` // from the oldest of the requests until now
	TTFTCold     Quantiles            `json:"ttft_cold_seconds,omitzero"`
	TTFTWarm     Quantiles            `json:"ttft_warm_seconds,omitzero"`
	TPS          Quantiles            `json:"output_tokens_per_second,omitzero"`
	InputPerMin  *float64             `json:"input_tokens_per_minute,omitempty"` // of the last minute, by usage; nil in the first second
	OutputPerMin *float64             `json:"output_tokens_per_minute,omitempty"`
	SetPoint     *float64             `json:"tokens_per_minute_target,omitempty"` // nil before the load starts
	Effective    *float64             `json:"tokens_per_minute_effective,omitempty"`

	// Since the target started.
	Spent       float64                 `json:"cost_dollars"`
	CacheRatio  *float64                `json:"cached_ratio,omitempty"` // reported over expected cached tokens; nil where the server does not say
	Skipped     map[prober.Reason]int   `json:"skipped,omitempty"`
	SLOs        map[slo.Name]Attainment `json:"slos,omitempty"`
	Failures    int                     `json:"consecutive_failures"`
	LastSuccess time.Time               `json:"last_success,omitzero"`
	LastError   string                  `json:"last_error,omitempty"`
	LastErrorAt time.Time               `json:"last_error_at,omitzero"`
}

// Attainment is how far an objective is met, since the target started.
type Attainment struct {
	Events    int     `json:"events"`
	Bad       int     `json:"bad"`
	Objective float64 `json:"objective_ratio"`
}

// Ratio is the share of good events; false of none.
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

func (p *past) summary(now time.Time) Summary {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := Summary{
		Target: p.target.Name, State: p.state(), Outcomes: map[chat.Outcome]int{},
		InputPerMin: results.Optional(p.input.perMinute(now)), OutputPerMin: results.Optional(p.output.perMinute(now)),
		SetPoint: results.Optional(p.setPoint, p.hasPace), Effective: results.Optional(p.effective, p.hasPace),
		Spent: p.spent, CacheRatio: results.Optional(float64(p.cached)/float64(max(1, p.cacheable)), p.cacheable > 0),
		Skipped: maps.Clone(p.skips), SLOs: maps.Clone(p.verdicts),
		Failures: p.failures, LastSuccess: p.lastSuccess, LastError: p.lastError, LastErrorAt: p.lastErrorAt,
	}
	s.window(p.samples.items, now)
	return s
}

// window takes in the samples since the window began, in any order.
func (s *Summary) window(samples []sample, now time.Time) {
	var cold, warm, tps []float64
	for _, x := range samples {
		if now.Sub(x.end) > Window {
			continue
		}
		s.Requests++
		s.Outcomes[x.outcome]++
		s.Covered = max(s.Covered, now.Sub(x.end))
		if x.isBootstrap {
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

func (p *past) state() State {
	switch {
	case p.target.Load.Paused:
		return IsPaused
	case len(p.samples.items) == 0:
		return Starting
	case p.failures > 0:
		return Failing
	case p.effective < p.setPoint:
		return BackOff
	}
	return Steady
}
