package main

import (
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// day and month are the spans that a forecast is for.
const (
	day   = 24 * time.Hour
	month = 30 * day
)

// forecast is what the load of a target amounts to.
type forecast struct {
	Target   string     `json:"target"`
	Profile  string     `json:"profile"`
	Model    string     `json:"model"`
	Until    *time.Time `json:"until,omitempty"`
	Paused   bool       `json:"paused,omitempty"`
	TPM      float64    `json:"tokens_per_minute"`   // input tokens, the set-point
	Requests float64    `json:"requests_per_minute"` // TPM / Input
	Input    float64    `json:"input_tokens_per_request"`
	Output   float64    `json:"output_tokens_per_request"`
	Cached   float64    `json:"cached_ratio"`    // of input, with a prefix cache that works
	Resident int64      `json:"resident_tokens"` // in the server's prefix cache, for all sessions
	Day      spanTotal  `json:"day"`
	Month    spanTotal  `json:"month"` // 30 days

	Budget budget.Limits `json:"budget,omitzero"` // caps, with defaults
}

// spanTotal is the load of a span of time. The dollars are absent for a target without prices.
type spanTotal struct {
	InputTokens    float64  `json:"input_tokens"`
	OutputTokens   float64  `json:"output_tokens"`
	DollarsCached  *float64 `json:"dollars_with_prefix_cache,omitempty"`
	DollarsWithout *float64 `json:"dollars_without_prefix_cache,omitempty"`
}

// forecasts of many targets, most of which have the same workload.
func forecasts(targets []prober.Target, estimates *workload.Estimates, now time.Time) []forecast {
	all := make([]forecast, len(targets))
	for i, t := range targets {
		all[i] = forecastOf(t, estimates.Of(t.Workload), now)
	}
	return all
}

// forecastOf a target at now. A load that ends within the span, or has ended, is counted to its end.
func forecastOf(t prober.Target, e workload.Estimate, now time.Time) forecast {
	f := forecast{
		Target: t.Name, Profile: t.Load.Profile, Model: t.Model, Paused: t.Load.Paused,
		TPM: t.Load.TokensPerMinute, Input: e.InputTokens, Output: e.OutputTokens, Cached: e.CachedShare,
		Resident: t.ExpectedResident(e),
	}
	if e.InputTokens > 0 {
		f.Requests = f.TPM / e.InputTokens
	}
	if !t.Load.Until.IsZero() {
		f.Until = &t.Load.Until
	}
	f.Day = totalOf(f.during(day, now), f, t.Prices)
	f.Month = totalOf(f.during(month, now), f, t.Prices)
	return f
}

// during is the part of a span in which there is load.
func (f forecast) during(span time.Duration, now time.Time) time.Duration {
	switch {
	case f.Paused:
		return 0
	case f.Until != nil:
		return min(span, max(0, f.Until.Sub(now)))
	default:
		return span
	}
}

// totalOf is the load of a span of time and its price, with a prefix cache and without one.
//
//	in  = TPM · minutes
//	out = TPM / input per request · output per request · minutes
func totalOf(span time.Duration, f forecast, prices *prober.Prices) spanTotal {
	a := spanTotal{InputTokens: f.TPM * span.Minutes()}
	a.OutputTokens = f.Requests * f.Output * span.Minutes()
	if prices != nil {
		a.DollarsCached = new(prices.OfLoad(a.InputTokens, a.OutputTokens, f.Cached))
		a.DollarsWithout = new(prices.OfLoad(a.InputTokens, a.OutputTokens, 0))
	}
	return a
}
