package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

func TestEverythingExistsAtZero(t *testing.T) {
	_, reg := newTestTargets(t)
	got := values(t, reg)
	if some := nonZero(got); len(some) > 0 {
		t.Errorf("not zero before anything happened: %v", some)
	}
	for _, name := range []string{ // one of each shape
		"ttft_seconds_count{cache=cold,context=gt_160k}", "ttft_log_squared_total{cache=warm,context=le_80k}",
		"requests_total{outcome=stalled}", "turns_skipped_total{reason=in_flight}", "tokens_total{kind=reasoning}",
		"tokens_estimated_total{kind=input}", "expected_cached_tokens_total", "recall_checks_total{result=wrong}",
		"slo_bad_events_total{slo=availability}", "tokens_per_minute_count{direction=output}",
		"connect_seconds_count{phase=dns}", "consecutive_failures", "last_success_timestamp_seconds",
		"tokens_per_minute_effective", "cost_dollars_total", "stale_connections_total",
	} {
		if _, ok := got[name]; !ok {
			t.Errorf("%s does not exist", name)
		}
	}
	for name := range got {
		if strings.Contains(name, "slo=tps") || strings.HasPrefix(name, "target_revision") {
			t.Errorf("%s exists, though it was neither configured nor seen", name)
		}
	}
}

func TestStoppedLeavesNothing(t *testing.T) {
	m, reg := newTestTargets(t)
	m.Observe(prober.Started{Target: probertest.Target("b")})
	one := len(values(t, reg)) / 2
	m.Observe(probertest.Warm("a"))
	m.Observe(probertest.Warm("b"))
	late := m.of["b"] // as an answer holds it that is being counted meanwhile
	m.Observe(prober.Stopped{Target: "b"})
	result := probertest.Warm("b")
	result.Identity.Fingerprint = "fp_2"
	late.observe(&observation{result: result})
	if got := len(values(t, reg)); got != one+2 { // a's own, and its revision
		t.Errorf("%d series are left of two targets, want %d", got, one+2)
	}
	m.Observe(probertest.Warm("b")) // after the end: brings nothing back
	m.Observe(prober.Stopped{Target: "a"})
	same(t, values(t, reg), map[string]float64{})
}

func TestStartedAgainCountsFromZero(t *testing.T) {
	m, reg := newTestTargets(t)
	m.Observe(probertest.Warm("a"))
	m.Observe(prober.Started{Target: probertest.Target("a")})
	same(t, nonZero(values(t, reg)), map[string]float64{})
}

func TestRevision(t *testing.T) {
	at := func(minute float64, fingerprint string, outcome chat.Outcome) prober.Result {
		return probertest.WarmWith(func(r *prober.Result) {
			r.Identity.Fingerprint, r.Outcome, r.End = fingerprint, outcome, probertest.At(minute*60_000)
		})
	}
	m, reg := newTestTargets(t)
	for _, row := range []struct {
		result prober.Result
		info   string
		minute float64
	}{
		{at(1, "fp_1", chat.OK), "fp_1", 1},
		{at(2, "fp_1", chat.OK), "fp_1", 1},        // the same: no change
		{at(3, "gateway", chat.Broken), "fp_1", 1}, // an error page is no revision
		{at(4, "fp_2", chat.OK), "fp_2", 4},
		{at(5, "\xff\xfe", chat.OK), "\uFFFD", 5}, // not even text
	} {
		m.Observe(row.result)
		got := map[string]float64{}
		for name, v := range values(t, reg) {
			if strings.HasPrefix(name, "target_revision") {
				got[name] = v
			}
		}
		want := map[string]float64{"target_revision_info{fingerprint=" + row.info + ",model=m-2026,server=uvicorn}": 1}
		want["target_revision_timestamp_seconds"] = unixSeconds(probertest.At(row.minute * 60_000))
		same(t, got, want)
	}
}

// A server that leaves a zero out must not look healthy, and one that never tells must not look sick.
func TestExpectedCached(t *testing.T) {
	silent := probertest.WarmWith(func(r *prober.Result) { r.Usage.Cached = chat.Count{} })
	m, reg := newTestTargets(t)
	for _, row := range []struct {
		result prober.Result
		want   float64
	}{
		{silent, 0},                    // may be one that never tells
		{probertest.Warm("a"), 95_000}, // it does tell
		{silent, 190_000},              // so this was none
		{probertest.WarmWith(probertest.Refused), 190_000},
	} {
		m.Observe(row.result)
		if got := values(t, reg)["expected_cached_tokens_total"]; got != row.want {
			t.Errorf("expected cached tokens %v, want %v", got, row.want)
		}
	}
}

func TestFailuresInARow(t *testing.T) {
	m, reg := newTestTargets(t)
	fail := probertest.WarmWith(probertest.Refused)
	cancelled := probertest.WarmWith(probertest.Refused, func(r *prober.Result) { r.Outcome = chat.Cancelled })
	late := probertest.WarmWith(func(r *prober.Result) { r.End = probertest.At(1) })
	for i, row := range []struct {
		result      prober.Result
		failures    float64
		lastSuccess time.Time
	}{
		{probertest.Warm("a"), 0, probertest.At(10_800)},
		{fail, 1, probertest.At(10_800)},
		{fail, 2, probertest.At(10_800)},
		{cancelled, 2, probertest.At(10_800)}, // ours, not the server's
		{late, 0, probertest.At(10_800)},      // arrives late: it ended before the first
	} {
		m.Observe(row.result)
		got := values(t, reg)
		failures, success := got["consecutive_failures"], got["last_success_timestamp_seconds"]
		if failures != row.failures || success != unixSeconds(row.lastSuccess) {
			t.Errorf("row %d: %v failures, last success %v; want %v, %v",
				i, failures, success, row.failures, unixSeconds(row.lastSuccess))
		}
	}
}

// A label that a reload changes is in firsttoken_target_info at once, under which the counts go on.
func TestDescribedCountsOn(t *testing.T) {
	m, reg := newTestTargets(t)
	m.Observe(probertest.Warm("a"))
	want := values(t, reg)
	described := probertest.Target("a")
	described.Labels, described.Region = map[string]string{"team": "agents"}, "us"
	m.Observe(prober.Described{Target: described})
	delete(want, "target_info{api=openai_chat,engine=vllm,model=m,region=eu,team=search,tier=gold}")
	want["target_info{api=openai_chat,engine=vllm,model=m,region=us,team=agents,tier=gold}"] = 1
	same(t, values(t, reg), want)
	m.Observe(prober.Stopped{Target: "a"})
	m.Observe(prober.Described{Target: described}) // after the end: brings nothing back
	same(t, values(t, reg), map[string]float64{})
}
