package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	collecttraces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/internal/simulator"
)

// collector receives spans by OTLP.
type collector struct {
	t     *testing.T
	mu    sync.Mutex
	spans map[string]string // id by trace
}

func (c *collector) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Error(err)
	}
	var m collecttraces.ExportTraceServiceRequest
	if err := proto.Unmarshal(body, &m); err != nil {
		c.t.Error(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rs := range m.ResourceSpans {
		for _, ss := range rs.ScopeSpans {
			for _, s := range ss.Spans {
				c.spans[fmt.Sprintf("%x", s.TraceId)] = fmt.Sprintf("%x", s.SpanId)
			}
		}
	}
}

func (c *collector) got() map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.spans)
}

// tracedEngine is a simulated server that records the traceparent of each request.
type tracedEngine struct {
	next    http.Handler
	mu      sync.Mutex
	parents map[string]bool
}

func (e *tracedEngine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.parents[r.Header.Get("Traceparent")] = true
	e.mu.Unlock()
	e.next.ServeHTTP(w, r)
}

func (e *tracedEngine) received(parent string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.parents[parent]
}

func (e *tracedEngine) turns() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.parents)
}

func newTracedEngine(t *testing.T) (e *tracedEngine, url string) {
	t.Helper()
	profile, _ := simulator.ProfileNamed("fast")
	engine, err := simulator.NewEngine(profile, simulator.EngineOptions{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	e = &tracedEngine{
		next:    simulator.NewServer(simulator.Options{}, simulator.Model{Name: "m", Engine: engine}),
		parents: map[string]bool{},
	}
	server := httptest.NewServer(e)
	t.Cleanup(func() { engine.Close(); server.Close() })
	return e, server.URL + "/v1"
}

// otelEnvironment also sets the variables of this process, which the exporters read.
func otelEnvironment(t *testing.T, pairs ...string) []string {
	t.Helper()
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		t.Setenv(name, value)
	}
	return pairs
}

// TestTelemetry checks that an exemplar on /metrics and a line of the results file name a span that the
// collector has, and that the engine received the span as its parent.
func TestTelemetry(t *testing.T) {
	engine, url := newTracedEngine(t)
	c := &collector{t: t, spans: map[string]string{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	file := write(t, dir, "firsttoken.yml", small+"targets: [{name: a, url: "+url+", propagate_trace: true, "+
		"slos: {ttft: null, tps: null, recall: null}}]\n")
	results := filepath.Join(dir, "results.jsonl")
	r := startIn(t, otelEnvironment(t, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="+server.URL, "OTEL_BSP_SCHEDULE_DELAY=50",
		"OTEL_TRACES_SAMPLER=traceidratio", "OTEL_TRACES_SAMPLER_ARG=0.5"),
		"--config.file="+file, "--web.listen-address=127.0.0.1:0", "--results.file="+results)
	traceID := regexp.MustCompile(`firsttoken_ttft_seconds_bucket.*trace_id="([0-9a-f]{32})"`)
	var named, page string
	eventually(t, "forty turns, and an exemplar that names a trace", func() bool {
		page = r.openMetrics()
		if m := traceID.FindStringSubmatch(page); m != nil {
			named = m[1]
		}
		return named != "" && engine.turns() >= 40
	})
	for line := range strings.Lines(page) { // an exemplar without a stored trace would displace one that has a trace
		if _, exemplar, ok := strings.Cut(line, " # "); ok && !strings.Contains(exemplar, "span_id=") {
			t.Errorf("exemplar without a span: %s", line)
		}
	}
	if code := r.stop(); code != 0 {
		t.Fatalf("exit code %d\n%s", code, r.stderr)
	}
	spans := c.got()
	if spans[named] != named[:16] {
		t.Errorf("exemplar names trace %s; the collector has span %q of it", named, spans[named])
	}
	known := 0
	for _, rec := range records(t, results) {
		if rec.Span == "" {
			continue
		}
		known++
		if spans[rec.RequestID] != rec.Span {
			t.Errorf("results name span %s of %s; the collector has %q", rec.Span, rec.RequestID, spans[rec.RequestID])
		}
		if parent := "00-" + rec.RequestID + "-" + rec.Span + "-01"; !engine.received(parent) {
			t.Errorf("the engine did not receive %s", parent)
		}
	}
	if known == 0 {
		t.Error("the results name no span")
	}
}

func records(t *testing.T, path string) (all []results.Record) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		rec, err := results.Decode(lines.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, rec)
	}
	return all
}

// openMetrics is the page with its exemplars.
func (r *running) openMetrics() string {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://"+r.address()+"/metrics", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Accept", "application/openmetrics-text;version=1.0.0")
	_, page := r.ask(req)
	return page
}

// TestTelemetryHangs checks that a collector which never answers delays neither the probing nor the end, and
// that the exit code is still 0.
func TestTelemetryHangs(t *testing.T) {
	_, url := newTracedEngine(t)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else the server would not notice that the client went
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	file := write(t, t.TempDir(), "firsttoken.yml", small+"targets: [{name: a, url: "+url+"}]\n")
	r := startIn(t, otelEnvironment(t, "OTEL_EXPORTER_OTLP_ENDPOINT="+server.URL, "OTEL_BSP_SCHEDULE_DELAY=50"),
		"--config.file="+file, "--web.listen-address=127.0.0.1:0")
	eventually(t, "it probes", func() bool {
		v, ok := r.sample(`firsttoken_requests_total{outcome="ok",target="a"}`)
		return ok && len(v) > 1 // ten or more
	})
	if code := r.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, r.stderr)
	}
}

func TestBadTelemetry(t *testing.T) {
	t.Parallel()
	file := write(t, t.TempDir(), "firsttoken.yml", "targets: []\n")
	r := startIn(t, []string{"OTEL_EXPORTER_OTLP_ENDPOINT=collector:4318", "OTEL_TRACES_SAMPLER=often"},
		"--config.file="+file)
	<-r.exited
	want := "firsttoken: error: reading the environment: OTEL_EXPORTER_OTLP_ENDPOINT: no URL of http:// or https://: " +
		"want something like http://collector:4318\n" +
		`OTEL_TRACES_SAMPLER: unknown sampler "often": ` +
		"one of always_on, always_off, traceidratio, each also as parentbased_…\n"
	if r.code != 1 || r.stderr.String() != want {
		t.Errorf("exit code %d\n%s\nwant\n%s", r.code, r.stderr, want)
	}
}
