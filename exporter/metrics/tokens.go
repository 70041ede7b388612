package metrics

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// tokenRows count the tokens that the server says it read and wrote, and what they cost.
func tokenRows() []row {
	return []row{
		{when: everyResult, update: each(addReported), family: series.Family{
			Type: series.TypeCounter, Name: "tokens_total",
			Labels: []series.Label{
				series.LabelOf("kind", "input_uncached", "input_cached", "input_cache_write", "output", "reasoning"),
			},
			Help: "Tokens by the server's own usage. The three input kinds add up to the prompt; " +
				"input of which the server did not say whether it was cached is uncached. " +
				"Output includes reasoning, which is also counted by itself.",
		}},
		{when: everyResult, update: each(addEstimated), family: series.Family{
			Type: series.TypeCounter, Name: "tokens_estimated_total",
			Labels: []series.Label{series.LabelOf("kind", "input", "output")},
			Help: "Tokens of answers that began and brought no usage: input by the target's calibration, " +
				"output by the number of token-bearing events, which is too low where an event carries several. " +
				"Never part of firsttoken_tokens_total.",
		}},
		{when: everyResult, update: addExpectedCached, family: series.Family{
			Type: series.TypeCounter, Name: "expected_cached_tokens_total",
			Help: "Input tokens that a healthy prefix cache would have served, of the requests of which the server " +
				"reported usage, once it has ever said what was cached; " +
				"compare with firsttoken_tokens_total{kind=\"input_cached\"}.",
		}},
		{when: everyResult, update: addCost, family: series.Family{
			Type: series.TypeCounter, Name: "cost_dollars_total", Unit: "dollars",
			Help: "Price of what the server reported, by the target's price list; 0 without one.",
		}},
		{when: everyResult, update: addEstimatedCost, family: series.Family{
			Type: series.TypeCounter, Name: "estimated_cost_dollars_total", Unit: "dollars",
			Help: "Price of good answers by our own count of what was sent (words times tokens_per_word), " +
				"which no server can change; compare with firsttoken_cost_dollars_total.",
		}},
	}
}

// addReported adds the server's usage, in the order of the label's values.
func addReported(s []prometheus.Observer, o *observation) {
	usage := &o.result.Usage
	uncached, cached, cacheWrite, output, reasoning := s[0], s[1], s[2], s[3], s[4]
	if in, ok := usage.Input.Value(); ok {
		read, _ := usage.Cached.Value()
		write, _ := usage.CacheWrite.Value()
		uncached.Observe(float64(in - read - write))
		cached.Observe(float64(read))
		cacheWrite.Observe(float64(write))
	}
	if out, ok := usage.Output.Value(); ok {
		thought, _ := usage.Reasoning.Value()
		output.Observe(float64(out))
		reasoning.Observe(float64(thought))
	}
}

// addEstimated adds what the server did not report of an answer that began.
func addEstimated(s []prometheus.Observer, o *observation) {
	r := &o.result
	input, output := s[0], s[1]
	if !began(r) {
		return
	}
	if _, ok := r.Usage.Input.Value(); !ok {
		input.Observe(float64(r.Turn.Tokens))
	}
	if _, ok := r.Usage.Output.Value(); !ok {
		output.Observe(float64(r.Events))
	}
}

// began reports whether the server worked on the request: a request that it throttled brings no usage either.
func began(r *prober.Result) bool {
	return r.Status/100 == 2 && r.Outcome != chat.Throttled
}

// addExpectedCached adds from the first answer on that tells how much was cached. Until then a usage without it may
// mean that this server never tells; from then on it means none, as some servers leave out a zero.
func addExpectedCached(_ prober.Target, s []prometheus.Observer) func(*observation) {
	var tells atomic.Bool
	return func(o *observation) {
		if _, ok := o.result.Usage.Input.Value(); !ok {
			return
		}
		if _, ok := o.result.Usage.Cached.Value(); ok {
			tells.Store(true)
		}
		if tells.Load() {
			s[0].Observe(float64(o.result.Turn.Cached))
		}
	}
}

func addCost(t prober.Target, s []prometheus.Observer) func(*observation) {
	return func(o *observation) {
		if t.Prices == nil {
			return
		}
		if dollars, ok := t.Prices.Cost(o.result.Usage); ok {
			s[0].Observe(dollars)
		}
	}
}

func addEstimatedCost(t prober.Target, s []prometheus.Observer) func(*observation) {
	return func(o *observation) {
		if dollars, ok := t.EstimateCost(o.result); ok {
			s[0].Observe(dollars)
		}
	}
}
