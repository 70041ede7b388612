package metrics

import (
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// The text that Prometheus reads.
func TestExposition(t *testing.T) {
	m, reg := newTestTargets(t)
	m.Observe(probertest.Warm("a"))
	m.Observe(probertest.Warm("a"))
	want, err := os.Open("testdata/exposition.prom")
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	if err := testutil.GatherAndCompare(reg, want, "firsttoken_tokens_total",
		"firsttoken_slo_objective_ratio", "firsttoken_slo_threshold", "firsttoken_target_info"); err != nil {
		t.Error(err)
	}
}

func TestThresholdsAreBounds(t *testing.T) {
	m, reg := newTestTargets(t)
	m.Observe(probertest.Warm("a"))
	for _, ms := range []float64{2_200, 2_201} { // a value on a bound is below it
		m.Observe(probertest.WarmWith(func(r *prober.Result) { r.FirstToken = probertest.At(ms) }))
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "firsttoken_ttft_seconds" {
			continue
		}
		for _, metric := range f.Metric {
			h := metric.Histogram
			if h.GetSampleCount() == 0 {
				continue
			}
			good := map[float64]uint64{}
			for _, b := range h.Bucket {
				good[b.GetUpperBound()] = b.GetCumulativeCount()
			}
			if good[2] != 1 || good[2.2] != 2 || good[3] != 3 {
				t.Errorf("buckets: up to 2 s %d, 2.2 s %d, 3 s %d; want 1, 2, 3", good[2], good[2.2], good[3])
			}
			if h.Schema == nil || len(h.PositiveSpan) == 0 {
				t.Error("no native histogram beside the classic one")
			}
			return
		}
	}
	t.Error("no observation found")
}

func TestEventsOtherThanResults(t *testing.T) {
	m, reg := newTestTargets(t)
	m.Observe(prober.Skipped{Target: "a", Reason: prober.Backoff})
	m.Observe(prober.Skipped{Target: "a", Reason: "unheard of"})
	m.Observe(prober.RateChanged{Target: "a", SetPoint: 1e6, Effective: 5e5, ThrottledSince: time.Unix(1.7e9, 0)})
	for _, bad := range []bool{true, false, true} {
		m.Observe(prober.Judged{Verdict: slo.Verdict{Target: "a", SLO: slo.TTFT, Bad: bad}})
	}
	m.Observe(prober.Judged{Verdict: slo.Verdict{Target: "a", SLO: slo.TPS, Bad: true}}) // no such objective
	m.Observe(probertest.Warm("stranger"))                                               // never started
	same(t, nonZero(values(t, reg)), map[string]float64{
		"turns_skipped_total{reason=backoff}": 1,
		"tokens_per_minute_target":            1e6, "tokens_per_minute_effective": 5e5,
		"throttled_since_timestamp_seconds": 1.7e9,
		"slo_events_total{slo=ttft}":        3, "slo_bad_events_total{slo=ttft}": 2,
	})
}

func TestPauses(t *testing.T) {
	m, reg := newTestTargets(t)
	at := time.Unix(1.7e9, 0)
	for _, row := range []struct {
		pause               prober.Pause
		paused, maintenance float64
	}{
		{prober.Pause{Since: at}, 1, 0},
		{prober.Pause{Since: at, Until: at}, 1, 1},
		{prober.Pause{Until: at}, 0, 1},
		{prober.Pause{}, 0, 0},
	} {
		m.Observe(prober.RateChanged{Target: "a", Pause: row.pause})
		got := values(t, reg)
		if got["paused{reason=paused}"] != row.paused || got["paused{reason=maintenance}"] != row.maintenance {
			t.Errorf("%+v: %v, %v", row.pause, got["paused{reason=paused}"], got["paused{reason=maintenance}"])
		}
	}
}

func TestUserLabelsDifferAndCannotHideTheTarget(t *testing.T) {
	m, reg := newTestTargets(t)
	b := probertest.Target("b")
	b.Labels = map[string]string{"cost_centre": "42", "target": "a"}
	m.Observe(prober.Started{Target: b})
	got := values(t, reg)
	for _, name := range []string{
		"target_info{api=openai_chat,engine=vllm,model=m,region=eu,team=search,tier=gold}",
		"target_info{api=openai_chat,cost_centre=42,engine=vllm,model=m,region=eu,target=b,tier=gold}",
	} {
		if got[name] != 1 {
			t.Errorf("%s is %v, want 1", name, got[name])
		}
	}
}

func TestNamesTwice(t *testing.T) {
	_, reg := newTestTargets(t)
	if _, err := NewTargets(reg, Options{}); err == nil {
		t.Error("the same registry twice is no error")
	}
}

func TestLint(t *testing.T) {
	reg, err := NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewTargets(reg, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewReloads(reg); err != nil {
		t.Fatal(err)
	}
	if _, err := NewLostResults(reg); err != nil {
		t.Fatal(err)
	}
	m.Observe(prober.Started{Target: probertest.Target("a")})
	m.Observe(probertest.Warm("a"))
	problems, err := testutil.GatherAndLint(reg)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// Many goroutines, targets that come and go and a scrape at the same time: run with -race.
func TestConcurrency(t *testing.T) {
	m, reg := newTestTargets(t)
	const workers, each = 8, 50
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				m.Observe(probertest.Warm("a"))
				m.Observe(probertest.Warm("b"))
			}
		})
	}
	wg.Go(func() {
		for range 20 {
			m.Observe(prober.Started{Target: probertest.Target("b")})
			m.endMinute(time.Now())
			m.Observe(prober.Stopped{Target: "b"})
		}
	})
	wg.Go(func() {
		for range 5 {
			if _, err := reg.Gather(); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	got := values(t, reg)
	if n := got["ttft_seconds_count{cache=warm,context=le_120k}"]; n != workers*each {
		t.Errorf("%v first tokens counted, want %d", n, workers*each)
	}
	for name := range got {
		if strings.Contains(name, "target=b") {
			t.Errorf("%s is left of a target that has gone", name)
		}
	}
}
