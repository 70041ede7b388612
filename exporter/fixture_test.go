package exporter

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// started is t1 of the results below, as a wall-clock time.
var started = time.Date(2026, 11, 23, 12, 0, 0, 250_000_000, time.UTC)

func ms(n float64) time.Time { return started.Add(time.Duration(n * float64(time.Millisecond))) }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func testTarget(name string) prober.Target {
	cached := .3
	return prober.Target{
		Name: name, Engine: "vllm", Region: "eu", Tier: "gold", Labels: map[string]string{"team": "search"},
		Endpoint: chat.Endpoint{URL: "http://user:hunter2@vllm:8000/v1?key=hunter2", API: chat.OpenAIChat, Model: "m"},
		Load:     prober.Load{Profile: "watch", TokensPerMinute: 1e6},
		SLOs: map[slo.Name]slo.Objective{
			slo.TTFT:         {Ratio: .95, Threshold: 2.2},
			slo.Availability: {Ratio: .99},
		},
		Prices: &prober.Prices{Input: 3, Cached: &cached, Output: 15},
	}
}

// warm is a good answer with every instant, of 501 tokens in 10 s on a prompt of 100,000.
func warm(target string) prober.Result {
	return prober.Result{
		Target: target, Scheduled: ms(-2),
		Turn: workload.Turn{Session: "00aa11bb22cc", Number: 3, Phase: workload.Warm, Words: 80_000, Messages: 41,
			Tokens: 99_000, Cached: 95_000, MaxTokens: 600},
		Exchange: chat.Exchange{
			ID: "0123456789abcdef0123456789abcdef", Reused: true, Status: 200, Sent: 400_000, Events: 480,
			Instants: chat.Instants{Started: started, Connected: ms(1), Written: ms(20), Headers: ms(300), FirstEvent: ms(310),
				FirstToken: ms(720), FirstOutput: ms(900), LastToken: ms(10_720), End: ms(10_800)},
			LongestGap: 250 * time.Millisecond, HasGap: true,
			Usage: chat.Usage{Input: chat.Counted(100_000), Cached: chat.Counted(90_000), Output: chat.Counted(501), Reasoning: chat.Counted(101),
				Verbatim: []byte(`{"prompt_tokens":100000,"note":"<&>"}`)},
			Finish:   "stop",
			Identity: chat.Identity{Model: "m-2026", Fingerprint: "fp_1", Server: "uvicorn", Protocol: "HTTP/1.1"},
			Outcome:  chat.OK,
		},
	}
}

// changed is warm with a change.
func changed(change func(*prober.Result)) prober.Result {
	r := warm("a")
	change(&r)
	return r
}

// truncated had a first token and no end: no usage either.
func truncated(r *prober.Result) {
	r.Outcome, r.Err, r.Finish = chat.Truncated, errors.New("end of file before the finish marker"), ""
	r.Usage, r.Events = chat.Usage{}, 100
}

// refusedResult never got a connection.
func refusedResult(r *prober.Result) {
	r.Exchange = chat.Exchange{ID: r.ID, Outcome: chat.Refused, Err: errors.New("connection refused"),
		Instants: chat.Instants{Started: started, End: ms(3)}}
}

// newTestMetrics has one target, a, on a pedantic registry.
func newTestMetrics(t testing.TB) (*Metrics, *prometheus.Registry) {
	t.Helper()
	reg := prometheus.NewPedanticRegistry()
	m, err := NewMetrics(reg, MetricsOptions{Targets: []prober.Target{testTarget("a")}})
	if err != nil {
		t.Fatal(err)
	}
	m.Observe(prober.Started{Target: testTarget("a")})
	return m, reg
}

// values are all samples by name and labels, less target="a"; histograms and summaries as their
// _sum and _count.
func values(t testing.TB, g prometheus.Gatherer) map[string]float64 {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			addValues(all, strings.TrimPrefix(f.GetName(), "firsttoken_"), m)
		}
	}
	return all
}

func addValues(all map[string]float64, name string, m *dto.Metric) {
	var labels []string
	for _, l := range m.Label {
		if l.GetName() != "target" || l.GetValue() != "a" {
			labels = append(labels, fmt.Sprintf("%s=%s", l.GetName(), l.GetValue()))
		}
	}
	suffix := ""
	if len(labels) > 0 {
		suffix = "{" + strings.Join(labels, ",") + "}"
	}
	switch {
	case m.Histogram != nil:
		all[name+"_sum"+suffix] = m.Histogram.GetSampleSum()
		all[name+"_count"+suffix] = float64(m.Histogram.GetSampleCount())
	case m.Summary != nil:
		all[name+"_sum"+suffix] = m.Summary.GetSampleSum()
		all[name+"_count"+suffix] = float64(m.Summary.GetSampleCount())
	case m.Counter != nil:
		all[name+suffix] = m.Counter.GetValue()
	default:
		all[name+suffix] = m.GetGauge().GetValue()
	}
}

// nonZero is what has happened, less what configuration alone sets.
func nonZero(all map[string]float64) map[string]float64 {
	out := maps.Clone(all)
	maps.DeleteFunc(out, func(name string, v float64) bool {
		return v == 0 || strings.HasPrefix(name, "slo_objective_ratio") || strings.HasPrefix(name, "slo_threshold") || strings.HasPrefix(name, "target_info")
	})
	return out
}

// same fails with every difference of two sets of samples.
func same(t testing.TB, got, want map[string]float64) {
	t.Helper()
	names := maps.Clone(got)
	maps.Copy(names, want)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		g, has := got[name]
		w, wants := want[name]
		if has != wants || math.Abs(g-w) > 1e-9*math.Max(1, math.Abs(w)) {
			t.Errorf("%s: got %v (%v), want %v (%v)", name, g, has, w, wants)
		}
	}
}
