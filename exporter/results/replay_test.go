package results_test

import (
	"bytes"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

// Anyone can check the histograms against the lines: replayed, they give the same series.
func TestReplay(t *testing.T) {
	live, liveReg := observed(t)
	replayed, replayedReg := observed(t)
	for _, change := range []func(*prober.Result){
		func(*prober.Result) {}, probertest.Refused, probertest.Truncated, probertest.Everything,
	} {
		r := probertest.WarmWith(change)
		live.Observe(r)
		line, err := results.NewRecord(r).Encode()
		if err != nil {
			t.Fatal(err)
		}
		rec, err := results.Decode(line)
		if err != nil {
			t.Fatal(err)
		}
		replayed.Observe(rec.Result())
	}
	if err := testutil.GatherAndCompare(replayedReg, exposition(t, liveReg)); err != nil {
		t.Error(err)
	}
}

// observed has the series of target a, at zero.
func observed(t *testing.T) (*metrics.Targets, prometheus.Gatherer) {
	t.Helper()
	reg := prometheus.NewPedanticRegistry()
	m, err := metrics.NewTargets(reg, metrics.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m.Observe(prober.Started{Target: probertest.Target("a")})
	return m, reg
}

// exposition is what a scrape reads.
func exposition(t *testing.T, g prometheus.Gatherer) *bytes.Buffer {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&text, f); err != nil {
			t.Fatal(err)
		}
	}
	return &text
}
