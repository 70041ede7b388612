package metrics

import (
	"testing"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// What is left out of other series is counted.
func TestExclusions(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*prober.Result)
		want   string
		value  float64
		absent string
	}{
		{
			name:   "not streamed",
			change: func(r *prober.Result) { r.Whole.Last = r.Whole.First },
			want:   "not_streamed_total", value: 1,
			absent: "output_tokens_per_second_count{cache=warm,context=le_120k}",
		},
		{
			name:   "hidden reasoning",
			change: func(r *prober.Result) { r.ReasoningEvents = 0 },
			want:   "hidden_tokens_total", value: 101,
		},
		{
			name:   "a shared first token",
			change: func(r *prober.Result) { r.FirstShared = true },
			want:   "first_token_shared_total", value: 1,
		},
		{
			name:   "a lost prefix",
			change: func(r *prober.Result) { r.Usage.Cached = chat.Counted(100) },
			want:   "cache_contradictions_total{result=lost}", value: 1,
			absent: "ttft_seconds_count{cache=warm,context=le_120k}",
		},
		{
			name: "a kept prefix",
			change: func(r *prober.Result) {
				r.Turn.Phase, r.Turn.Cached, r.Usage.Cached = workload.Cold, 10_000, chat.Counted(90_000)
			},
			want: "cache_contradictions_total{result=kept}", value: 1,
			absent: "ttft_seconds_count{cache=cold,context=le_120k}",
		},
		{
			name:   "a result in doubt",
			change: func(r *prober.Result) { r.Untrusted = true },
			want:   "untrusted_total", value: 1,
			absent: "ttft_log_count{cache=warm,context=le_120k}",
		},
		{
			name:   "a result in doubt took its time all the same",
			change: func(r *prober.Result) { r.Untrusted = true },
			want:   "ttft_seconds_count{cache=warm,context=le_120k}", value: 1,
			absent: "ttft_log_squared_total{cache=warm,context=le_120k}",
		},
		{
			name:   "another model",
			change: func(r *prober.Result) { r.Identity.Model = "tiny" },
			want:   "other_model_total", value: 1,
		},
		{
			name:   "the same model",
			change: func(r *prober.Result) { r.Identity.Model = "m-2026" },
			want:   "other_model_total", value: 0,
		},
		{
			name: "a quirk",
			change: func(r *prober.Result) {
				r.Quirks = chat.QuirksOf(chat.QuirkNoOpening, chat.QuirkNoInputCount)
			},
			want: "quirks_total{quirk=no_input_count}", value: 1,
			absent: "quirks_total{quirk=no_output_count}",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, reg := newTestTargets(t)
			m.Observe(probertest.WarmWith(c.change))
			got := values(t, reg)
			if got[c.want] != c.value {
				t.Errorf("%s is %v, want %v", c.want, got[c.want], c.value)
			}
			if c.absent != "" && got[c.absent] != 0 {
				t.Errorf("%s is %v", c.absent, got[c.absent])
			}
		})
	}
}

// A verdict by an estimate has series of its own.
func TestEstimatedVerdicts(t *testing.T) {
	target := probertest.Target("a")
	target.SLOs[slo.TPS] = slo.Objective{Ratio: .95, Threshold: 20}
	m, reg := newTestTargets(t)
	m.Observe(prober.Started{Target: target})
	m.Observe(prober.Judged{Verdict: slo.Verdict{Target: "a", SLO: slo.TPS, Bad: true, Estimated: true}})
	m.Observe(prober.Judged{Verdict: slo.Verdict{Target: "a", SLO: slo.TPS}})
	got := values(t, reg)
	for name, want := range map[string]float64{
		"slo_events_total": 1, "slo_bad_events_total": 0,
		"slo_estimated_events_total": 1, "slo_estimated_bad_events_total": 1,
	} {
		if got[name+"{slo=tps}"] != want {
			t.Errorf("%s: %v, want %v", name, got[name+"{slo=tps}"], want)
		}
	}
}

// A verdict in doubt is no event, good or bad, exact or estimated, and is counted by itself.
func TestDoubtedVerdicts(t *testing.T) {
	target := probertest.Target("a")
	target.SLOs[slo.TPS] = slo.Objective{Ratio: .95, Threshold: 20}
	m, reg := newTestTargets(t)
	m.Observe(prober.Started{Target: target})
	for _, v := range []slo.Verdict{
		{SLO: slo.TTFT, Bad: true, Doubted: true},
		{SLO: slo.TTFT, Doubted: true},
		{SLO: slo.TTFT},
		{SLO: slo.TPS, Bad: true, Estimated: true, Doubted: true},
		{SLO: slo.Availability, Bad: true},
	} {
		v.Target = "a"
		m.Observe(prober.Judged{Verdict: v})
	}
	got := values(t, reg)
	for name, want := range map[string]float64{
		"slo_events_total{slo=ttft}": 1, "slo_bad_events_total{slo=ttft}": 0, "slo_doubted_events_total{slo=ttft}": 2,
		"slo_events_total{slo=tps}": 0, "slo_estimated_events_total{slo=tps}": 0,
		"slo_estimated_bad_events_total{slo=tps}": 0, "slo_doubted_events_total{slo=tps}": 1,
		"slo_events_total{slo=availability}": 1, "slo_bad_events_total{slo=availability}": 1,
	} {
		if got[name] != want {
			t.Errorf("%s: %v, want %v", name, got[name], want)
		}
	}
	if _, has := got["slo_doubted_events_total{slo=availability}"]; has {
		t.Error("availability is never in doubt, and has a series for it")
	}
}
