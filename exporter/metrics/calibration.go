package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
	"github.com/firsttoken/firsttoken/prober"
)

// calibrationRows say how large a word of the prompts is to the target's tokenizer.
func calibrationRows() []row {
	perWord := func(r *prober.Result) (float64, bool) { return r.TokensPerWord, r.TokensPerWord > 0 }
	bounded := func(r *prober.Result) (float64, bool) {
		if r.CalibrationBounded {
			return 1, true
		}
		return 0, true
	}
	return []row{
		{when: everyResult, update: setTo(perWord), family: series.Family{
			Type: series.TypeGauge, Name: "tokens_per_word",
			Help: "How many tokens a word of the prompts is, learnt from usage, within a factor of four of what is " +
				"configured; 0 before the first result.",
		}},
		{when: everyResult, update: setTo(bounded), family: series.Family{
			Type: series.TypeGauge, Name: "tokens_per_word_bounded",
			Help: "1 while firsttoken_tokens_per_word stands at a bound: the server misreports its usage, or the " +
				"configured value is far off, and prompts do not have the size that they should.",
		}},
	}
}

// setTo sets a gauge to a number of each result that has it, where the target has the gauge.
func setTo(of func(*prober.Result) (float64, bool)) update {
	return each(func(s []prometheus.Observer, o *observation) {
		if v, ok := of(&o.result); ok && s[0] != nil {
			s[0].Observe(v)
		}
	})
}
