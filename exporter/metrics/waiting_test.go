package metrics

import (
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
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

// Scheduled tokens are those of all slots but a pause's, sent ones those of requests.
func TestScheduledTokens(t *testing.T) {
	m, reg := newTestTargets(t)
	m.Observe(prober.Sent{Target: "a", ID: "1", Tokens: 100})
	m.Observe(prober.Skipped{Target: "a", Reason: prober.InFlight, Tokens: 50})
	m.Observe(prober.Skipped{Target: "a", Reason: prober.Paused, Tokens: 25})
	m.Observe(prober.Skipped{Target: "a", Reason: prober.Maintenance, Tokens: 25})
	got := values(t, reg)
	if got["scheduled_tokens_total"] != 150 || got["sent_tokens_total"] != 100 {
		t.Errorf("%v scheduled, %v sent", got["scheduled_tokens_total"], got["sent_tokens_total"])
	}
}
