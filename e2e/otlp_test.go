package e2e

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage/remote"

	"github.com/firsttoken/firsttoken/e2e/promlab"
	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/exporter/otel"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// TestPushedIsScraped pushes a registry by OTLP for half an hour of simulated time and reads its page at the instant of
// each push. Prometheus' own OTLP receiver ingests the pushes, a scrape the pages: every query has the same answer.
func TestPushedIsScraped(t *testing.T) {
	both := pushedAndScraped(t)
	pushed, scraped := serve(t), serve(t)
	receiver := remote.NewOTLPWriteHandler(slog.New(slog.DiscardHandler), prometheus.NewRegistry(), pushed.DB,
		func() config.Config { return config.DefaultConfig }, remote.OTLPOptions{})
	for _, m := range both {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/otlp/v1/metrics", bytes.NewReader(m.push))
		r.Header = m.header
		w := httptest.NewRecorder()
		receiver.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("push of %s: %d %s", m.page.At, w.Code, w.Body)
		}
		if err := scraped.Ingest(t.Context(), promlab.Native, m.page); err != nil {
			t.Fatal(err)
		}
	}
	at := both[len(both)-1].page.At
	for _, expr := range []string{
		`{__name__=~"firsttoken_.+"}`, // every series there is, labels and all
		`sum by (outcome) (increase(firsttoken_requests_total[10m]))`,
		`histogram_quantile(0.95, sum by (cache) (rate(firsttoken_ttft_seconds[10m])))`,
		`histogram_fraction(0, 2, rate(firsttoken_ttft_seconds[10m]))`,
		`histogram_count(sum(firsttoken_output_tokens_per_second))`,
		`rate(firsttoken_ttft_log_sum[10m]) / rate(firsttoken_ttft_log_count[10m])`,
		`sum by (target, slo) (rate(firsttoken_slo_bad_events_total[10m]))` +
			` / sum by (target, slo) (rate(firsttoken_slo_events_total[10m]))`,
		`firsttoken_slo_objective_ratio * on (target) group_left (model, region) firsttoken_target_info`,
		`firsttoken_tokens_per_minute_target{job="firsttoken", instance="prober-0"}`,
	} {
		sameAnswer(t, pushed, scraped, expr, at)
	}
}

// sameAnswer compares the answers of both servers. Two empty answers are not the same.
func sameAnswer(t *testing.T, pushed, scraped *promlab.Server, expr string, at time.Time) {
	t.Helper()
	got, err := pushed.Query(t.Context(), expr, at)
	if err != nil {
		t.Fatal(expr, err)
	}
	want, err := scraped.Query(t.Context(), expr, at)
	if err != nil {
		t.Fatal(expr, err)
	}
	of := map[string]promql.Sample{}
	for _, s := range got {
		of[s.Metric.String()] = s
	}
	if len(of) != len(want) {
		t.Errorf("%s: %d series, want %d", expr, len(of), len(want))
	}
	something := false
	for _, w := range want {
		something = something || w.H != nil && w.H.Count > 0 || w.F > 0
		g, ok := of[w.Metric.String()]
		if !ok || !sameValue(g, w) {
			t.Errorf("%s: %s: pushed %v, scraped %v", expr, w.Metric, g, w)
		}
	}
	if !something {
		t.Errorf("%s: nothing above 0 to compare", expr)
	}
}

// sameValue ignores the width of the zero bucket: Prometheus' receiver sets its own, 1e-128. Ours is 2^-128, and only
// 0 falls into either.
func sameValue(a, b promql.Sample) bool {
	if a.H != nil && b.H != nil {
		x, y := a.H.Copy(), b.H.Copy()
		x.ZeroThreshold, y.ZeroThreshold = 0, 0
		return x.Compact(0).Equals(y.Compact(0)) // the same buckets may lie in other spans
	}
	return a.H == b.H && (a.F == b.F || math.IsNaN(a.F) && math.IsNaN(b.F) || math.Abs(a.F-b.F) <= 1e-12*math.Abs(b.F))
}

// moment holds a push and a page of the same instant.
type moment struct {
	push   []byte
	header http.Header
	page   promlab.Page
}

// tap is a collector that reads a page of the registry at each push.
type tap struct {
	t        *testing.T
	registry *prometheus.Registry
	moments  []moment
}

func (p *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Error(err)
	}
	w, get := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/metrics", nil)
	get.Header.Set("Accept",
		"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	promhttp.HandlerFor(p.registry, promhttp.HandlerOpts{}).ServeHTTP(w, get)
	p.moments = append(p.moments, moment{body, r.Header, promlab.Page{
		At: time.Now(), ContentType: w.Header().Get("Content-Type"), Body: w.Body.Bytes(),
		Labels: []string{"job", "firsttoken", "instance", "prober-0"},
	}})
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

func pushedAndScraped(t *testing.T) []moment {
	t.Helper()
	for name, value := range map[string]string{
		"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://prometheus:9090/api/v1/otlp/v1/metrics",
		"OTEL_METRIC_EXPORT_INTERVAL":         "30000",
		"OTEL_RESOURCE_ATTRIBUTES":            "service.instance.id=prober-0",
	} {
		t.Setenv(name, value)
	}
	settings, err := otel.FromEnvironment(os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	var moments []moment
	synctest.Test(t, func(t *testing.T) {
		p := &tap{t: t, registry: prometheus.NewRegistry()}
		target := pushedTarget(t)
		m, err := metrics.NewTargets(p.registry, metrics.Options{Targets: []prober.Target{target}})
		if err != nil {
			t.Fatal(err)
		}
		m.Observe(prober.Started{Target: target})
		m.Observe(prober.RateChanged{Target: target.Name, SetPoint: 125_000, Effective: 125_000})
		telemetry, err := otel.Start(t.Context(), otel.Options{
			Settings: settings, Gatherer: p.registry, Registerer: p.registry,
			Logger: slog.New(slog.DiscardHandler), Transport: p,
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second / 2) // between the instants of pushes
		for n := range 30 * 60 / 3 {
			r := pushedResult(target.Name, n)
			m.Observe(r)
			m.Observe(prober.Judged{Verdict: slo.Verdict{Target: target.Name, SLO: slo.TTFT, Bad: n%7 == 0, At: r.End}})
			time.Sleep(3 * time.Second)
		}
		telemetry.Close(t.Context())
		moments = p.moments
	})
	if len(moments) < 60 {
		t.Fatalf("%d pushes in half an hour", len(moments))
	}
	return moments
}

func pushedTarget(t *testing.T) prober.Target {
	t.Helper()
	target, err := prober.DefaultTarget(prober.ProfileWatch)
	if err != nil {
		t.Fatal(err)
	}
	target.Name, target.Model, target.URL, target.Region = "kimi", "m", "http://vllm:8000/v1", "eu"
	return target
}

// pushedResult has a TTFT between 0.3 s and 5 s, and one in eleven fails.
func pushedResult(target string, n int) prober.Result {
	now := time.Now()
	ttft := time.Duration(300+n*7919%4700) * time.Millisecond
	r := prober.Result{
		Target: target, Scheduled: now,
		Turn: workload.Turn{Phase: workload.Warm, Tokens: int64(50_000 + n*1000%150_000)},
		Exchange: chat.Exchange{
			ID: fmt.Sprintf("%032x", n+1), Reused: true, Status: 200, Outcome: chat.OK,
			Instants: chat.Instants{
				Started: now, Connected: now, Written: now,
				FirstToken: now.Add(ttft), FirstOutput: now.Add(ttft),
				LastToken: now.Add(ttft + 8*time.Second), End: now.Add(ttft + 8*time.Second),
			},
			Whole: chat.Receipts{
				Reads: 400, Events: 400, FirstEvents: 1, First: now.Add(ttft), Last: now.Add(ttft + 8*time.Second),
			},
			Usage: chat.Usage{Input: chat.Counted(90_000), Cached: chat.Counted(80_000), Output: chat.Counted(400)},
		},
	}
	if n%11 == 0 {
		r.Outcome, r.Usage = chat.Truncated, chat.Usage{}
	}
	return r
}
