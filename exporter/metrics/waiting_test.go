package metrics

import (
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// A request is in flight until it ends, and waits until its first token; the series say since when.
func TestWaiting(t *testing.T) {
	m, reg := newTestTargets(t)
	first, second := probertest.At(0), probertest.At(5000)
	steps := []struct {
		name     string
		event    prober.Event
		inFlight float64
		since    time.Time
	}{
		{"sent", prober.Sent{Target: "a", ID: "1", At: first}, 1, first},
		{"another", prober.Sent{Target: "a", ID: "2", At: second}, 2, first},
		{"a first token", prober.FirstToken{Target: "a", ID: "1", At: second}, 2, second},
		{"its end", result("1", chat.OK), 1, second},
		{"an end without a token", result("2", chat.Timeout), 0, time.Time{}},
	}
	for _, step := range steps {
		m.Observe(step.event)
		got := values(t, reg)
		want := 0.0
		if !step.since.IsZero() {
			want = unixSeconds(step.since)
		}
		if got["requests_in_flight"] != step.inFlight || got["waiting_since_timestamp_seconds"] != want {
			t.Errorf("%s: %v in flight, waiting since %v; want %v, %v", step.name, got["requests_in_flight"],
				got["waiting_since_timestamp_seconds"], step.inFlight, want)
		}
	}
}

func result(id string, o chat.Outcome) prober.Result {
	return probertest.WarmWith(func(r *prober.Result) { r.ID, r.Outcome = id, o })
}

// What is left out of other series is counted.
func TestHonesty(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*prober.Result)
		want   string
		value  float64
		absent string
	}{
		{"not streamed", func(r *prober.Result) { r.Whole.Last = r.Whole.First }, "not_streamed_total", 1,
			"output_tokens_per_second_count{cache=warm,context=le_120k}"},
		{"hidden reasoning", func(r *prober.Result) { r.ReasoningEvents = 0 }, "hidden_tokens_total", 101, ""},
		{"a shared first token", func(r *prober.Result) { r.FirstShared = true }, "first_token_shared_total", 1, ""},
		{"a lost prefix", func(r *prober.Result) { r.Usage.Cached = chat.Counted(100) },
			"cache_contradictions_total{result=lost}", 1, "ttft_seconds_count{cache=warm,context=le_120k}"},
		{"another model", func(r *prober.Result) { r.Identity.Model = "tiny" }, "other_model_total", 1, ""},
		{"the same model", func(r *prober.Result) { r.Identity.Model = "m-2026" }, "other_model_total", 0, ""},
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

// Scheduled tokens are those of all slots but a pause's, sent ones those of requests.
func TestScheduledTokens(t *testing.T) {
	m, reg := newTestTargets(t)
	m.Observe(prober.Sent{Target: "a", ID: "1", Tokens: 100})
	m.Observe(prober.Skipped{Target: "a", Reason: prober.InFlight, Tokens: 50})
	m.Observe(prober.Skipped{Target: "a", Reason: prober.Paused, Tokens: 25})
	got := values(t, reg)
	if got["scheduled_tokens_total"] != 150 || got["sent_tokens_total"] != 100 {
		t.Errorf("%v scheduled, %v sent", got["scheduled_tokens_total"], got["sent_tokens_total"])
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
