package config

import (
	"fmt"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/prober/slo"
)

const tiered = "defaults: {url: 'http://a', api: openai_chat, model: m}\n"

func TestTier(t *testing.T) {
	t.Parallel()
	const name = "agentperf-deepseek-v4-pro-60"
	for _, c := range []struct {
		what, text string
		ttft, tps  slo.Objective
	}{
		{
			"by its name", tiered + "targets: [{name: a, slos: " + name + "}]\n",
			slo.Objective{Ratio: 0.95, Threshold: 5},
			slo.Objective{Ratio: 0.75, Threshold: 60},
		},
		{
			"for all targets, of which one asks for more", tiered[:len(tiered)-2] + ", slos: " +
				name + "}\ntargets: [{name: a, slos: {tps: {threshold: 80}}}]\n",
			slo.Objective{Ratio: 0.95, Threshold: 5},
			slo.Objective{Ratio: 0.75, Threshold: 80},
		},
		{
			"the file's own set of that name goes first",
			tiered + "slos: {" + name + ": {ttft: {threshold: 7s}}}\ntargets: [{name: a, slos: " + name + "}]\n",
			slo.Objective{Ratio: 0.95, Threshold: 7},
			slo.Objective{Ratio: 0.95, Threshold: 20},
		},
	} {
		got := parsed(t, c.text).Targets[0].SLOs
		if got[slo.TTFT] != c.ttft || got[slo.TPS] != c.tps {
			t.Errorf("%s: ttft %+v, tps %+v", c.what, got[slo.TTFT], got[slo.TPS])
		}
		if got[slo.Availability].Ratio != 0.99 {
			t.Errorf("%s: availability is %+v, not the profile's", c.what, got[slo.Availability])
		}
	}
}

// TestTiersAreDocumented compares the table with the code.
func TestTiersAreDocumented(t *testing.T) {
	t.Parallel()
	rows := tableUnder(t, documentation(t), "### Tiers")
	if len(rows) != len(slo.Tiers()) {
		t.Errorf("%d rows for %d tiers", len(rows), len(slo.Tiers()))
	}
	for _, tier := range slo.Tiers() {
		want := []string{
			tier.Name, fmt.Sprintf("%gs", tier.Objectives[slo.TTFT].Threshold),
			fmt.Sprintf("%g", tier.Objectives[slo.TPS].Threshold),
		}
		if got := rows[tier.Name]; strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s: documented as %q, want %q", tier.Name, got, want)
		}
	}
}
