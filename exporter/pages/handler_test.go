package pages

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/exporter/history"
	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// secretive has a secret in every place where people put one.
func secretive() prober.Target {
	t := probertest.Target("a")
	t.HTTP = config.HTTPClientConfig{BasicAuth: &config.BasicAuth{Username: "u", Password: "hunter2"}}
	t.ExtraBody = map[string]any{"token": "hunter2"}
	return t
}

// newTestHandler serves target a after a good and a failed answer.
func newTestHandler(t testing.TB, change func(*Options)) http.Handler {
	t.Helper()
	reg := prometheus.NewPedanticRegistry()
	m, err := metrics.NewTargets(reg, metrics.Options{Targets: []prober.Target{probertest.Target("a")}})
	if err != nil {
		t.Fatal(err)
	}
	h := history.New()
	all := prober.Observers{m, h}
	all.Observe(prober.Started{Target: secretive()})
	all.Observe(probertest.Warm("a"))
	all.Observe(probertest.WarmWith(probertest.Refused))
	o := Options{
		Gatherer: reg, History: h, Version: "1.2.3", Logger: slog.New(slog.DiscardHandler),
		Ready:  func() bool { return true },
		Config: func() string { text, _ := yaml.Marshal(secretive().HTTP); return string(text) },
	}
	change(&o)
	return NewHandler(o)
}

func asIs(*Options) {}

// ask returns status, body and headers.
func ask(h http.Handler, method, path, accept string) (int, string, http.Header) {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(body), w.Result().Header
}

func TestEndpoints(t *testing.T) {
	failing := func(o *Options) {
		o.Ready = func() bool { return false }
		o.Reload = func(context.Context) error { return errors.New("line 3: unknown key") }
	}
	working := func(o *Options) { o.Reload = func(context.Context) error { return nil } }
	for _, row := range []struct {
		options      func(*Options)
		method, path string
		status       int
		kind, body   string
	}{
		{asIs, "GET", "/-/healthy", 200, "text/plain", "healthy"},
		{asIs, "HEAD", "/-/healthy", 200, "text/plain", ""},
		{asIs, "GET", "/-/ready", 200, "text/plain", "ready"},
		{failing, "GET", "/-/ready", 503, "text/plain", "not ready"},
		{failing, "GET", "/-/healthy", 200, "text/plain", ""}, // alive all the same
		{asIs, "POST", "/-/reload", 403, "text/plain", "not enabled"},
		{working, "POST", "/-/reload", 200, "text/plain", ""},
		{working, "PUT", "/-/reload", 200, "text/plain", ""},
		{failing, "POST", "/-/reload", 500, "text/plain", "failed to reload the configuration: line 3: unknown key"},
		{working, "GET", "/-/reload", 405, "text/plain", ""}, // a crawler must not reload
		{asIs, "POST", "/metrics", 405, "text/plain", ""},
		{asIs, "DELETE", "/targets", 405, "text/plain", ""},
		{asIs, "GET", "/config", 200, "application/yaml", "basic_auth"},
		{asIs, "GET", "/targets", 200, "application/json", `"outcome":"refused"`},
		{asIs, "GET", "/targets?target=b", 404, "text/plain", "no such target"},
		{asIs, "GET", "/targets?last=all", 400, "text/plain", "not a number"},
		{asIs, "GET", "/targets?last=-1", 400, "text/plain", "not a number"},
		{asIs, "GET", "/", 200, "text/html", "<h1>firsttoken"},
		{asIs, "GET", "/favicon.ico", 404, "text/plain", ""},
		{asIs, "GET", "/metrics", 200, "text/plain", `seconds_bucket{cache="warm",context="le_120k",target="a",le="2.2"} 1`},
	} {
		status, body, header := ask(newTestHandler(t, row.options), row.method, row.path, "*/*")
		kind := header.Get("Content-Type")
		if status != row.status || !strings.HasPrefix(kind, row.kind) || !strings.Contains(body, row.body) {
			t.Errorf("%s %s: %d, %s, %.200q; want %d, %s, %q",
				row.method, row.path, status, kind, body, row.status, row.kind, row.body)
		}
		if header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s may be cached", row.method, row.path)
		}
	}
}

func TestFormats(t *testing.T) {
	h := newTestHandler(t, asIs)
	for _, row := range []struct{ accept, kind, body string }{
		{
			accept: "text/plain;version=0.0.4", kind: "text/plain; version=0.0.4",
			body: "# TYPE firsttoken_cost_dollars_total counter",
		},
		{
			accept: "application/openmetrics-text;version=1.0.0", kind: "application/openmetrics-text; version=1.0.0",
			body: "# UNIT firsttoken_ttft_seconds seconds",
		},
		{
			accept: "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
			kind:   "application/vnd.google.protobuf", body: "firsttoken_ttft_seconds",
		},
	} {
		status, body, header := ask(h, "GET", "/metrics", row.accept)
		if status != 200 || !strings.HasPrefix(header.Get("Content-Type"), row.kind) || !strings.Contains(body, row.body) {
			t.Errorf("%s: %d, %s; want %s with %q", row.accept, status, header.Get("Content-Type"), row.kind, row.body)
		}
	}
}

// From a bucket to the line of the results file.
func TestExemplarsAreScraped(t *testing.T) {
	_, body, _ := ask(newTestHandler(t, asIs), "GET", "/metrics", "application/openmetrics-text;version=1.0.0")
	for _, want := range []string{
		`firsttoken_ttft_seconds_bucket{cache="warm",context="le_120k",target="a",le="0.75"} 1` +
			` # {request_id="0123456789abcdef0123456789abcdef"} 0.72 `,
		`firsttoken_output_tokens_per_second_bucket{cache="warm",context="le_120k",target="a",le="50.0"} 1` +
			` # {request_id="0123456789abcdef0123456789abcdef"} 50.0 `,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if !strings.HasSuffix(body, "# EOF\n") {
		t.Error("the exposition does not end")
	}
}

func TestNoSecretIsServed(t *testing.T) {
	h := newTestHandler(t, asIs)
	for _, path := range []string{"/targets", "/config", "/", "/metrics"} {
		if _, body, _ := ask(h, "GET", path, "*/*"); strings.Contains(body, "hunter2") {
			t.Errorf("%s shows a secret:\n%.2000s", path, body)
		}
	}
}

func TestTargets(t *testing.T) {
	_, body, _ := ask(newTestHandler(t, asIs), "GET", "/targets?target=a&last=1", "*/*")
	var got struct{ Targets []targetStatus }
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Targets) != 1 {
		t.Fatalf("%d targets, want 1", len(got.Targets))
	}
	a := got.Targets[0]
	ttft := a.Config.SLOs[slo.TTFT]
	if ttft.Ratio != .95 || ttft.Threshold != 2.2 || !strings.Contains(body, `"ttft":{"ratio":0.95,"threshold":2.2}`) {
		t.Errorf("objective %+v", ttft)
	}
	if a.Config.URL != "http://vllm:8000/v1" || a.Config.API != "openai_chat" || a.Config.TokensPerMinute != 1e6 {
		t.Errorf("configuration %+v", a.Config)
	}
	if a.Summary.State != history.Failing || a.Summary.Failures != 1 || a.Summary.LastError != "connection refused" {
		t.Errorf("summary %+v", a.Summary)
	}
	if len(a.Results) != 1 || a.Results[0].Outcome != "refused" {
		t.Errorf("results %+v, want the last one", a.Results)
	}
}

// What a person reads on a phone half a minute after the start.
func TestLanding(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const name = "<b>a</b>"
		h := history.New()
		h.Observe(prober.Started{Target: probertest.Target(name)})
		time.Sleep(30 * time.Second)
		for _, phase := range []workload.Phase{workload.Warm, workload.Cold} {
			h.Observe(probertest.WarmWith(probertest.Now, func(r *prober.Result) { r.Target, r.Turn.Phase = name, phase }))
		}
		h.Observe(prober.RateChanged{Target: name, SetPoint: 2.5e6, Effective: 2.5e6})
		for _, bad := range []bool{true, false, false} {
			h.Observe(prober.Judged{Verdict: slo.Verdict{Target: name, SLO: slo.TTFT, Bad: bad}})
		}
		h.Observe(probertest.WarmWith(probertest.Refused, func(r *prober.Result) { r.Target, r.End = name, time.Now() }))
		_, body, header := ask(newTestHandler(t, func(o *Options) { o.History = h }), "GET", "/", "text/html")
		_, text, _ := strings.Cut(regexp.MustCompile(`(<[^>]*>)+`).ReplaceAllString(body, "|"), "|1.2.3|")
		for _, want := range []string{
			"|&lt;b&gt;a&lt;/b&gt; |failing|",
			"|tokens per minute, of set-point|402k|2.5M|", // 2 × 100,501 in half a minute
			"|TTFT warm, p50 and p95|0.72 s|0.72 s|", "|TTFT cold, p50 and p95|0.72 s|0.72 s|",
			"|TPS p50, spent|50|$0.13|", "|2 ok, 1 refused in 10 min|", "|ttft 66.67 % of 95 %|", "|connection refused|",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
		policy := header.Get("Content-Security-Policy")
		if strings.Contains(body, "<script") || !strings.Contains(policy, "default-src 'none'") {
			t.Error("the page may run scripts")
		}
	})
}

func TestShort(t *testing.T) {
	for _, row := range []struct {
		x    float64
		want string
	}{
		{0, "0"},
		{.71234, "0.712"},
		{41.26, "41.3"},
		{999.4, "999"},
		{999.6, "1k"},
		{987_654, "988k"},
		{2_500_000, "2.5M"},
		{1.2e9, "1.2G"},
	} {
		if got := short(row.x); got != row.want {
			t.Errorf("%v is %q, want %q", row.x, got, row.want)
		}
	}
}
