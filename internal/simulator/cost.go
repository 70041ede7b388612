package simulator

import (
	"time"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// StepCost is the duration of one forward pass. With P prompt tokens in chunks n_i after c_i tokens that are
// already computed, and B decoding sequences of context x_j:
//
//	fixed + weights·min(1, (P+B)/saturation)       whatever is in the step
//	+ prefill·P + attention·Σ n_i(c_i + n_i/2)     new prompt tokens, and their attention to earlier ones
//	+ prefix·Σ c_i                                 reading a computed prefix once for each chunk
//	+ decode·B + context·Σ x_j                     one verified draft for each sequence
//
// The shape is the usual roofline argument: weights are read once for a step, computation grows with
// tokens, attention with tokens times context. A worked example with 12 µs, 0.12 ns and 200 ns: 800 new
// tokens after 120,000 cached ones take 9.6 + 11.5 + 24 = 45 ms.
type StepCost struct {
	FixedMS     float64 `yaml:"fixed_ms"`
	WeightsMS   float64 `yaml:"weights_ms"`
	Saturation  float64 `yaml:"saturation_tokens"`
	PrefillUS   float64 `yaml:"prefill_us"`
	AttentionNS float64 `yaml:"attention_ns"`
	PrefixNS    float64 `yaml:"prefix_ns"`
	DecodeUS    float64 `yaml:"decode_us"`
	ContextNS   float64 `yaml:"context_ns"`
}

func (c StepCost) validate() invalid.Errors {
	var e invalid.Errors
	for _, part := range []struct {
		key string
		v   float64
	}{
		{"weights_ms", c.WeightsMS},
		{"saturation_tokens", c.Saturation},
		{"prefill_us", c.PrefillUS},
		{"attention_ns", c.AttentionNS},
		{"prefix_ns", c.PrefixNS},
		{"decode_us", c.DecodeUS},
		{"context_ns", c.ContextNS},
	} {
		if !(part.v >= 0) {
			e.Add(part.key, "%v is below 0", part.v)
		}
	}
	if !(c.FixedMS > 0) {
		e.Add("fixed_ms", "%v is not above 0: an engine whose steps take no time never lets go of the processor", c.FixedMS)
	}
	return e
}

// stepLoad is the contents of one step.
type stepLoad struct {
	prompt   float64 // P
	lookback float64 // Σ n_i(c_i + n_i/2)
	prefix   float64 // Σ c_i
	decoding float64 // B
	context  float64 // Σ x_j
}

func (l *stepLoad) chunk(n, computed int) {
	l.prompt += float64(n)
	l.lookback += float64(n) * (float64(computed) + float64(n)/2)
	l.prefix += float64(computed)
}

func (l *stepLoad) decode(context int) {
	l.decoding++
	l.context += float64(context)
}

// duration of a step; slow stretches its parts.
func (c StepCost) duration(l stepLoad, slow stepEffects) time.Duration {
	ns := c.FixedMS * 1e6
	if c.Saturation > 0 {
		ns += c.WeightsMS * 1e6 * min(1, (l.prompt+l.decoding)/c.Saturation)
	}
	ns += c.DecodeUS*1e3*l.decoding + c.ContextNS*l.context
	prefill := c.PrefillUS*1e3*l.prompt + c.AttentionNS*l.lookback + c.PrefixNS*l.prefix
	return time.Duration(ns*slow.decode + prefill*slow.prefill)
}
