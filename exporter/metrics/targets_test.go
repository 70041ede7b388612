package metrics

import (
	"maps"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// warmSeries is everything that the good warm answer leaves behind.
func warmSeries() map[string]float64 {
	const pop = "{cache=warm,context=le_120k}"
	log := math.Log(720)
	return map[string]float64{
		"requests_total{outcome=ok}":     1,
		"last_success_timestamp_seconds": unixSeconds(probertest.At(10_800)),
		"ttft_seconds_sum" + pop:         .720, "ttft_seconds_count" + pop: 1,
		"ttft_from_schedule_seconds_sum" + pop: .722, "ttft_from_schedule_seconds_count" + pop: 1,
		"time_to_first_output_token_seconds_sum" + pop: .9, "time_to_first_output_token_seconds_count" + pop: 1,
		"server_wait_seconds_sum" + pop: .7, "server_wait_seconds_count" + pop: 1,
		"inter_token_seconds_sum" + pop: .02, "inter_token_seconds_count" + pop: 1,
		"output_tokens_per_second_sum" + pop: 50, "output_tokens_per_second_count" + pop: 1,
		"request_duration_seconds_sum" + pop: 10.72, "request_duration_seconds_count" + pop: 1,
		"stall_seconds_sum" + pop: .25, "stall_seconds_count" + pop: 1,
		"ttft_log_sum" + pop: log, "ttft_log_count" + pop: 1, "ttft_log_squared_total" + pop: log * log,
		"upload_seconds_sum": .019, "upload_seconds_count": 1,
		"schedule_lag_seconds_sum": .002, "schedule_lag_seconds_count": 1,
		"tokens_total{kind=input_uncached}": 10_000, "tokens_total{kind=input_cached}": 90_000,
		"tokens_total{kind=output}": 501, "tokens_total{kind=reasoning}": 101,
		"expected_cached_tokens_total": 95_000,
		"cost_dollars_total":           .064515, // 10,000 × 3 + 90,000 × 0.3 + 501 × 15, per million
		"target_revision_info{fingerprint=fp_1,model=m-2026,server=uvicorn}": 1,
		"target_revision_timestamp_seconds":                                  unixSeconds(probertest.At(10_800)),
	}
}

// after is warmSeries with changes: NaN removes.
func after(changes map[string]float64, without ...string) map[string]float64 {
	want := warmSeries()
	maps.DeleteFunc(want, func(name string, _ float64) bool {
		for _, prefix := range without {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
		return false
	})
	maps.Copy(want, changes)
	return want
}

// without are the families that only an answer that finished has, and more.
func without(more ...string) []string {
	return append(more, "inter_token", "output_tokens_per_second", "request_duration", "stall_seconds",
		"last_success", "target_revision", "requests_total")
}

func TestResult(t *testing.T) {
	const pop = "{cache=warm,context=le_120k}"
	log990 := math.Log(719)
	for _, row := range []struct {
		name   string
		result prober.Result
		want   map[string]float64
	}{
		{"good", probertest.Warm("a"), warmSeries()},
		{"refused", probertest.WarmWith(probertest.Refused), map[string]float64{ // no latency that it did not have
			"requests_total{outcome=refused}": 1, "consecutive_failures": 1, "failures_total{cause=connect_refused}": 1,
			"schedule_lag_seconds_sum": .002, "schedule_lag_seconds_count": 1,
		}},
		{"truncated", probertest.WarmWith(probertest.Truncated), after(map[string]float64{ // its first token was a first token; the estimate stays apart
			"requests_total{outcome=truncated}": 1, "consecutive_failures": 1, "failures_total{cause=no_finish}": 1,
			"tokens_estimated_total{kind=input}": 99_000, "tokens_estimated_total{kind=output}": 100,
		}, without("tokens_total", "expected_cached", "cost")...)},
		{"cancelled", probertest.WarmWith(func(r *prober.Result) {
			probertest.Truncated(r)
			r.Outcome, r.Cause = chat.Cancelled, chat.CauseCancelled
		}), after(map[string]float64{ // nobody's failure
			"requests_total{outcome=cancelled}": 1, "failures_total{cause=cancelled}": 1,
			"tokens_estimated_total{kind=input}": 99_000, "tokens_estimated_total{kind=output}": 100,
		}, without("tokens_total", "expected_cached", "cost")...)},
		{"bootstrap", probertest.WarmWith(func(r *prober.Result) { r.Turn.Phase = workload.Bootstrap }), after(nil, // counted and paid, never a latency
			"ttft", "time_to_first", "server_wait", "inter_token", "output_tokens", "request_duration", "stall_seconds")},
		{"unknown usage", probertest.WarmWith(func(r *prober.Result) { r.Usage = chat.Usage{} }), after(map[string]float64{ // no rate without a count
			"tokens_estimated_total{kind=input}": 99_000, "tokens_estimated_total{kind=output}": 501,
		}, "tokens_total", "expected_cached", "cost", "inter_token", "output_tokens")},
		{"throttled in the stream", probertest.WarmWith(func(r *prober.Result) {
			probertest.Refused(r)
			r.Outcome, r.Cause, r.Status = chat.Throttled, chat.CauseOverloaded, 200
		}), map[string]float64{ // nobody worked on it: no estimate
			"failures_total{cause=overloaded}": 1, "requests_total{outcome=throttled}": 1, "consecutive_failures": 1,
			"schedule_lag_seconds_sum": .002, "schedule_lag_seconds_count": 1,
		}},
		{"cache writes", probertest.WarmWith(func(r *prober.Result) { // Anthropic: 100,000 = 2 uncached + 90,000 read + 9,998 written
			r.Usage.CacheWrite, r.Usage.Reasoning = chat.Counted(9_998), chat.Count{}
		}), after(map[string]float64{
			"tokens_total{kind=input_uncached}": 2, "tokens_total{kind=input_cached}": 90_000,
			"tokens_total{kind=input_cache_write}": 9_998, "tokens_total{kind=output}": 501,
		}, "tokens_total")}, // a missing price of cache writes is that of input: the cost is the same
		{"more cached than sent", probertest.WarmWith(func(r *prober.Result) { r.Usage.Cached = chat.Counted(200_000) }), after(map[string]float64{ // a lying server brings nothing down
			"tokens_total{kind=input_cached}": 200_000, "tokens_total{kind=output}": 501, "tokens_total{kind=reasoning}": 101,
		}, "tokens_total", "cost")},
		{"new connection", probertest.WarmWith(func(r *prober.Result) { // TTFT starts at the connection; its phases are reported
			r.Reused, r.StaleRetry = false, true
			r.Phases = chat.Phases{TCP: 2 * time.Millisecond, TLS: 5 * time.Millisecond}
		}), after(map[string]float64{
			"ttft_seconds_sum" + pop: .719, "ttft_seconds_count" + pop: 1,
			"ttft_log_sum" + pop: log990, "ttft_log_count" + pop: 1, "ttft_log_squared_total" + pop: log990 * log990,
			"time_to_first_output_token_seconds_sum" + pop: .899,
			"connect_seconds_sum{phase=tcp}":               .002, "connect_seconds_count{phase=tcp}": 1,
			"connect_seconds_sum{phase=tls}": .005, "connect_seconds_count{phase=tls}": 1,
			"stale_connections_total": 1,
		}, "ttft_seconds", "ttft_log")},
		{"recall", probertest.WarmWith(func(r *prober.Result) { r.Recall = chat.Wrong }), after(map[string]float64{"recall_checks_total{result=wrong}": 1})},
		{"under a millisecond", probertest.WarmWith(func(r *prober.Result) { r.FirstToken, r.Whole.First = probertest.At(.5), probertest.At(.5) }), after(map[string]float64{ // the sum of logarithms never falls
			"ttft_seconds_sum" + pop: .0005, "ttft_seconds_count" + pop: 1, "ttft_log_count" + pop: 1,
			"ttft_from_schedule_seconds_sum" + pop: .0025, "server_wait_seconds_sum" + pop: -.0195,
			"inter_token_seconds_sum" + pop: 10.7195 / 500, "output_tokens_per_second_sum" + pop: 500 / 10.7195,
		}, "ttft_seconds", "ttft_log")},
		{"unknown outcome", probertest.WarmWith(func(r *prober.Result) { r.Outcome = "odd" }), after(map[string]float64{"consecutive_failures": 1}, without()...)}, // the set is closed
	} {
		t.Run(row.name, func(t *testing.T) {
			m, reg := newTestTargets(t)
			m.Observe(row.result)
			same(t, nonZero(values(t, reg)), row.want)
		})
	}
}

// The text that Prometheus reads.
func TestExposition(t *testing.T) {
	m, reg := newTestTargets(t)
	m.Observe(probertest.Warm("a"))
	m.Observe(probertest.Warm("a"))
	want := `
# HELP firsttoken_requests_total Requests by how they ended. Bootstrap turns count; a request that this process gave up itself is cancelled.
# TYPE firsttoken_requests_total counter
firsttoken_requests_total{outcome="broken",target="a"} 0
firsttoken_requests_total{outcome="cancelled",target="a"} 0
firsttoken_requests_total{outcome="denied",target="a"} 0
firsttoken_requests_total{outcome="empty",target="a"} 0
firsttoken_requests_total{outcome="local",target="a"} 0
firsttoken_requests_total{outcome="ok",target="a"} 2
firsttoken_requests_total{outcome="refused",target="a"} 0
firsttoken_requests_total{outcome="rejected",target="a"} 0
firsttoken_requests_total{outcome="server_error",target="a"} 0
firsttoken_requests_total{outcome="stalled",target="a"} 0
firsttoken_requests_total{outcome="throttled",target="a"} 0
firsttoken_requests_total{outcome="timeout",target="a"} 0
firsttoken_requests_total{outcome="truncated",target="a"} 0
# HELP firsttoken_slo_objective_ratio Share of events that must be good.
# TYPE firsttoken_slo_objective_ratio gauge
firsttoken_slo_objective_ratio{slo="availability",target="a"} 0.99
firsttoken_slo_objective_ratio{slo="ttft",target="a"} 0.95
# HELP firsttoken_slo_threshold What separates good from bad: seconds for ttft, tokens per second for tps.
# TYPE firsttoken_slo_threshold gauge
firsttoken_slo_threshold{slo="ttft",target="a"} 2.2
# HELP firsttoken_target_info Always 1; what a target is, with the labels that its configuration gives it. Join it on(target).
# TYPE firsttoken_target_info gauge
firsttoken_target_info{api="openai_chat",engine="vllm",model="m",region="eu",target="a",team="search",tier="gold"} 1
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want), "firsttoken_requests_total",
		"firsttoken_slo_objective_ratio", "firsttoken_slo_threshold", "firsttoken_target_info"); err != nil {
		t.Error(err)
	}
}

func TestThresholdsAreBounds(t *testing.T) {
	m, reg := newTestTargets(t)
	m.Observe(probertest.Warm("a"))
	m.Observe(probertest.WarmWith(func(r *prober.Result) { r.FirstToken = probertest.At(2_200) })) // on the bound is below it
	m.Observe(probertest.WarmWith(func(r *prober.Result) { r.FirstToken = probertest.At(2_201) }))
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
	m.Observe(prober.RateChanged{Target: "a", SetPoint: 1e6, Effective: 5e5})
	for _, bad := range []bool{true, false, true} {
		m.Observe(prober.Judged{Verdict: slo.Verdict{Target: "a", SLO: slo.TTFT, Bad: bad}})
	}
	m.Observe(prober.Judged{Verdict: slo.Verdict{Target: "a", SLO: slo.TPS, Bad: true}}) // no such objective
	m.Observe(probertest.Warm("stranger"))                                               // never started
	same(t, nonZero(values(t, reg)), map[string]float64{
		"turns_skipped_total{reason=backoff}": 1,
		"tokens_per_minute_target":            1e6, "tokens_per_minute_effective": 5e5,
		"slo_events_total{slo=ttft}": 3, "slo_bad_events_total{slo=ttft}": 2,
	})
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
	if _, err := NewMissingResults(reg); err != nil {
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

func TestReloads(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	r, err := NewReloads(reg)
	if err != nil {
		t.Fatal(err)
	}
	same(t, values(t, reg), map[string]float64{"config_last_reload_successful": 0, "config_last_reload_success_timestamp_seconds": 0, "config_hash": 0})
	r.Succeeded(0xffff_0000_0000_0001, probertest.Started())
	want := map[string]float64{"config_last_reload_successful": 1, "config_last_reload_success_timestamp_seconds": unixSeconds(probertest.Started()), "config_hash": 1}
	same(t, values(t, reg), want)
	r.Failed()
	want["config_last_reload_successful"] = 0 // what is in use stays the same
	same(t, values(t, reg), want)
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
