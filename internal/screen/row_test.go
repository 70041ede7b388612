package screen

import (
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
)

func TestRowOf(t *testing.T) {
	t.Parallel()
	in, set, effective := 2.4e6, 2.5e6, 1.25e6
	second := int64(time.Second)
	s := history.Summary{
		Target: "a", InputPerMin: &in, SetPoint: &set, Effective: &effective, Spent: 3,
		Outcomes: map[chat.Outcome]int{chat.OK: 10, chat.Throttled: 2, chat.Timeout: 1},
		Skipped:  map[prober.Reason]int{prober.Backoff: 4},
		TTFTWarm: history.Quantiles{N: 10, P50: 0.7, P95: 1.4}, TPS: history.Quantiles{N: 9, P50: 130},
		SLOs: map[slo.Name]history.Attainment{
			slo.Availability: {Events: 13, Bad: 3, Objective: 0.99},
			slo.TTFT:         {Objective: 0.95},
		},
	}
	last := []results.Record{
		{Phase: "bootstrap", Cache: "cold", Outcome: "ok", TTFT: &second},
		{Phase: "resume", Cache: "cold", Outcome: "ok", TTFT: &second},
		{Phase: "warm", Cache: "warm", Outcome: "timeout"},
	}
	r := rowOf(s, last, prober.Target{Prices: &prober.Prices{}})
	if r.OK != 10 || r.Failed != 3 || r.Skips != 4 ||
		strings.Join(r.Why, " · ") != "backed off from 2.50M · 2 throttled · 1 timeout · 4 skipped: backoff" {
		t.Errorf("%+v", r)
	}
	if r.TPM != in || r.Set != effective || r.Warm.P95 != is(1.4) || r.Cold.P50.OK || r.TPS != is(130) ||
		r.Spend != is(3) {
		t.Errorf("%+v", r)
	}
	if len(r.SLOs) != 2 || r.SLOs[0].Name != "ttft" || r.SLOs[0].Good.OK || r.SLOs[1].Good.Value < 0.769 ||
		r.SLOs[1].Good.Value > 0.770 {
		t.Errorf("%+v", r.SLOs)
	}
	for i, want := range []mark{{is(1), bootstrap, false}, {is(1), cold, false}, {measured{}, warm, true}} {
		if r.Last[i] != want {
			t.Errorf("%+v, want %+v", r.Last[i], want)
		}
	}
	if r := rowOf(s, nil, prober.Target{}); r.Spend.OK {
		t.Error("spend without prices")
	}
}
