package metrics

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
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
		"streamed_tokens_total" + pop: 500, "streamed_seconds_total" + pop: 10,
		"request_duration_seconds_sum" + pop: 10.72, "request_duration_seconds_count" + pop: 1,
		"stall_seconds_sum" + pop: .25, "stall_seconds_count" + pop: 1,
		"ttft_log_sum" + pop: log, "ttft_log_count" + pop: 1, "ttft_log_squared_total" + pop: log * log,
		"upload_seconds_sum": .019, "upload_seconds_count": 1,
		"schedule_lag_seconds_sum": .002, "schedule_lag_seconds_count": 1,
		"tokens_total{kind=input_uncached}": 10_000, "tokens_total{kind=input_cached}": 90_000,
		"tokens_total{kind=output}": 501, "tokens_total{kind=reasoning}": 101,
		"expected_cached_tokens_total": 95_000,
		"cost_dollars_total":           .064515,  // 10,000 × 3 + 90,000 × 0.3 + 501 × 15, per million
		"estimated_cost_dollars_total": .0532101, // the same of 80,000 words and 41 messages, which are 80,164 tokens
		"target_revision_info{fingerprint=fp_1,model=m-2026,server=uvicorn}": 1,
		"target_revision_timestamp_seconds":                                  unixSeconds(probertest.At(10_800)),
	}
}

// finishedAnd are prefixes of the series that only an answer that finished has, and more.
func finishedAnd(more ...string) []string {
	return append(more, "inter_token", "output_tokens_per_second", "streamed", "request_duration", "stall_seconds",
		"last_success", "target_revision", "requests_total")
}

// resultCase is a result that differs from the good warm answer, and how its series differ.
type resultCase struct {
	name   string
	change func(*prober.Result)
	drops  []string // prefixes of series that the good answer has and this result has not; "" is all
	adds   map[string]float64
}

func (c resultCase) want() map[string]float64 {
	want := warmSeries()
	maps.DeleteFunc(want, func(name string, _ float64) bool {
		return slices.ContainsFunc(c.drops, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
	})
	maps.Copy(want, c.adds)
	return want
}

func TestResult(t *testing.T) {
	for _, c := range slices.Concat(failures(), usages(), latencies()) {
		t.Run(c.name, func(t *testing.T) {
			m, reg := newTestTargets(t)
			m.Observe(probertest.WarmWith(c.change))
			same(t, nonZero(values(t, reg)), c.want())
		})
	}
}

func failures() []resultCase {
	return []resultCase{
		{
			name:   "refused: no latency that it did not have",
			change: probertest.Refused,
			drops:  []string{""},
			adds: map[string]float64{
				"requests_total{outcome=refused}": 1, "consecutive_failures": 1, "failures_total{cause=connect_refused}": 1,
				"schedule_lag_seconds_sum": .002, "schedule_lag_seconds_count": 1,
			},
		},
		{
			name:   "truncated: its first token was a first token; the estimate stays apart",
			change: probertest.Truncated,
			drops:  finishedAnd("tokens_total", "expected_cached", "cost", "estimated_cost"),
			adds: map[string]float64{
				"requests_total{outcome=truncated}": 1, "consecutive_failures": 1, "failures_total{cause=no_finish}": 1,
				"tokens_estimated_total{kind=input}": 99_000, "tokens_estimated_total{kind=output}": 100,
			},
		},
		{
			name: "cancelled: not a failure of the endpoint",
			change: func(r *prober.Result) {
				probertest.Truncated(r)
				r.Outcome, r.Cause = chat.Cancelled, chat.CauseCancelled
			},
			drops: finishedAnd("tokens_total", "expected_cached", "cost", "estimated_cost"),
			adds: map[string]float64{
				"requests_total{outcome=cancelled}": 1, "failures_total{cause=cancelled}": 1,
				"tokens_estimated_total{kind=input}": 99_000, "tokens_estimated_total{kind=output}": 100,
			},
		},
		{
			name: "throttled in the stream: no work was done, so nothing is estimated",
			change: func(r *prober.Result) {
				probertest.Refused(r)
				r.Outcome, r.Cause, r.Status = chat.Throttled, chat.CauseOverloaded, 200
			},
			drops: []string{""},
			adds: map[string]float64{
				"failures_total{cause=overloaded}": 1, "requests_total{outcome=throttled}": 1, "consecutive_failures": 1,
				"schedule_lag_seconds_sum": .002, "schedule_lag_seconds_count": 1,
			},
		},
		{
			name:   "an outcome outside the set is not counted",
			change: func(r *prober.Result) { r.Outcome = "odd" },
			drops:  finishedAnd("estimated_cost"),
			adds:   map[string]float64{"consecutive_failures": 1},
		},
	}
}

func usages() []resultCase {
	return []resultCase{
		{
			name:   "no usage: no rate without a count",
			change: func(r *prober.Result) { r.Usage = chat.Usage{} },
			drops:  []string{"tokens_total", "expected_cached", "cost", "inter_token", "output_tokens", "streamed"},
			adds: map[string]float64{
				"tokens_estimated_total{kind=input}": 99_000, "tokens_estimated_total{kind=output}": 501,
				"estimated_cost_dollars_total": .249492, // nothing cached, and the answer as long as it was asked for
			},
		},
		{
			// 100,000 = 2 uncached + 90,000 read + 9,998 written. Without a price of their own, written tokens cost
			// what uncached ones do: the cost is that of the good answer.
			name: "cache writes",
			change: func(r *prober.Result) {
				r.Usage.CacheWrite, r.Usage.Reasoning = chat.Counted(9_998), chat.Count{}
			},
			drops: []string{"tokens_total"},
			adds: map[string]float64{
				"tokens_total{kind=input_uncached}": 2, "tokens_total{kind=input_cached}": 90_000,
				"tokens_total{kind=input_cache_write}": 9_998, "tokens_total{kind=output}": 501,
			},
		},
		{
			name:   "more cached than sent: a wrong server does not bring this process down",
			change: func(r *prober.Result) { r.Usage.Cached = chat.Counted(200_000) },
			drops:  []string{"tokens_total", "cost"},
			adds: map[string]float64{
				"tokens_total{kind=input_cached}": 200_000,
				"tokens_total{kind=output}":       501, "tokens_total{kind=reasoning}": 101,
				"estimated_cost_dollars_total": .0315642, // all of it cached
			},
		},
		{
			name:   "recall",
			change: func(r *prober.Result) { r.Recall = chat.Wrong },
			adds:   map[string]float64{"recall_checks_total{result=wrong}": 1},
		},
	}
}

func latencies() []resultCase {
	const pop = "{cache=warm,context=le_120k}"
	log := math.Log(719)
	return []resultCase{
		{name: "good", change: func(*prober.Result) {}},
		{
			name:   "bootstrap: counted and paid for, never a latency",
			change: func(r *prober.Result) { r.Turn.Phase = workload.Bootstrap },
			drops: []string{
				"ttft", "time_to_first", "server_wait", "inter_token", "output_tokens", "streamed",
				"request_duration", "stall_seconds",
			},
		},
		{
			name: "a new connection: TTFT starts when it is ready, and its phases are reported",
			change: func(r *prober.Result) {
				r.Reused, r.StaleRetry = false, true
				r.Phases = chat.Phases{TCP: 2 * time.Millisecond, TLS: 5 * time.Millisecond}
			},
			drops: []string{"ttft_seconds", "ttft_log"},
			adds: map[string]float64{
				"ttft_seconds_sum" + pop: .719, "ttft_seconds_count" + pop: 1,
				"ttft_log_sum" + pop: log, "ttft_log_count" + pop: 1, "ttft_log_squared_total" + pop: log * log,
				"time_to_first_output_token_seconds_sum" + pop: .899,
				"connect_seconds_sum{phase=tcp}":               .002, "connect_seconds_count{phase=tcp}": 1,
				"connect_seconds_sum{phase=tls}": .005, "connect_seconds_count{phase=tls}": 1,
				"stale_connections_total": 1,
			},
		},
		{
			name: "under a millisecond: the sum of logarithms never falls",
			change: func(r *prober.Result) {
				r.FirstToken, r.Whole.First = probertest.At(.5), probertest.At(.5)
			},
			drops: []string{"ttft_seconds", "ttft_log"},
			adds: map[string]float64{
				"ttft_seconds_sum" + pop: .0005, "ttft_seconds_count" + pop: 1, "ttft_log_count" + pop: 1,
				"ttft_from_schedule_seconds_sum" + pop: .0025, "server_wait_seconds_sum" + pop: -.0195,
				"inter_token_seconds_sum" + pop:      10.7195 / 500,
				"output_tokens_per_second_sum" + pop: 500 / 10.7195, "streamed_seconds_total" + pop: 10.7195,
			},
		},
	}
}
