package otel

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	collectmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collecttraces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/firsttoken/firsttoken/prober"
)

// receiver is a collector that keeps everything it receives.
type receiver struct {
	t       *testing.T
	mu      sync.Mutex
	bodies  [][]byte // of requests, as they came
	spans   []*tracepb.Span
	about   map[string]string // resource of the last request
	metrics []*metricspb.Metric
	status  int // answer; 0 is 200
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		r.t.Error(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status != 0 {
		w.WriteHeader(r.status)
		return
	}
	r.bodies = append(r.bodies, body)
	switch req.URL.Path {
	case "/v1/traces":
		var m collecttraces.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &m); err != nil {
			r.t.Error(err)
		}
		r.takeTraces(&m)
	case "/v1/metrics":
		var m collectmetrics.ExportMetricsServiceRequest
		if err := proto.Unmarshal(body, &m); err != nil {
			r.t.Error(err)
		}
		r.takeMetrics(&m)
	default:
		r.t.Errorf("request to %s", req.URL.Path)
	}
}

func (r *receiver) takeTraces(m *collecttraces.ExportTraceServiceRequest) {
	for _, rs := range m.ResourceSpans {
		r.about = map[string]string{}
		for _, a := range rs.Resource.Attributes {
			r.about[a.Key] = a.Value.GetStringValue()
		}
		for _, ss := range rs.ScopeSpans {
			r.spans = append(r.spans, ss.Spans...)
		}
	}
}

func (r *receiver) takeMetrics(m *collectmetrics.ExportMetricsServiceRequest) {
	r.metrics = nil // the last push alone
	for _, rm := range m.ResourceMetrics {
		for _, sm := range rm.ScopeMetrics {
			r.metrics = append(r.metrics, sm.Metrics...)
		}
	}
}

// refuse answers with a status from now on; 0 accepts everything again.
func (r *receiver) refuse(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

func (r *receiver) received() []*tracepb.Span {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*tracepb.Span(nil), r.spans...)
}

// harness is a Telemetry with its own collector, and a recorder of what the next observer sees.
type harness struct {
	*receiver
	telemetry *Telemetry
	observer  prober.Observer
	seen      results
	registry  *prometheus.Registry
}

// results are those that the next observer sees.
type results struct {
	mu  sync.Mutex
	all []prober.Result
}

func (r *results) Observe(e prober.Event) {
	if result, ok := e.(prober.Result); ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.all = append(r.all, result)
	}
}

// span is the id that the next observer sees for an exchange.
func (r *results) span(requestID string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, result := range r.all {
		if result.ID == requestID {
			return result.Span
		}
	}
	return "never seen"
}

// newHarness sends traces over loopback. It adds variables to those that every test needs.
func newHarness(t *testing.T, variables ...string) *harness {
	t.Helper()
	r := &harness{receiver: &receiver{t: t}, registry: prometheus.NewPedanticRegistry()}
	server := httptest.NewServer(r.receiver)
	t.Cleanup(server.Close)
	endpoint := "OTEL_EXPORTER_OTLP_ENDPOINT=" + server.URL
	environ := environment(t, append([]string{endpoint, "OTEL_METRICS_EXPORTER=none"}, variables...)...)
	settings, err := FromEnvironment(environ)
	if err != nil {
		t.Fatal(err)
	}
	r.telemetry, err = Start(t.Context(), Options{
		Settings: settings, Gatherer: r.registry, Registerer: r.registry, Logger: quiet(), Version: "1.2.3",
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.close)
	r.observer = r.telemetry.Before(&r.seen)
	return r
}

// environment also sets the variables for the exporters, which read the process's environment.
func environment(t *testing.T, pairs ...string) []string {
	t.Helper()
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
	return pairs
}

func (r *harness) close() { r.telemetry.Close(context.Background()) }

// flush returns when the collector has accepted or refused everything.
func (r *harness) flush(t *testing.T) {
	t.Helper()
	if err := r.telemetry.spans.processor.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
