package otel

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	collectmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collecttraces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"

	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// Results and exemplars name only spans that the collector can be expected to have.
func TestOnlyKeptSpansAreNamed(t *testing.T) {
	r := newHarness(t, "OTEL_TRACES_SAMPLER=always_off")
	r.observer.Observe(prober.Started{Target: testTarget("a")})
	observe := func(result prober.Result) { r.observer.Observe(result); r.flush(t) }
	observe(goodWith(0, slowly)) // nobody knows yet whether there is a collector
	observe(goodWith(1, slowly))
	observe(good(2)) // its revision is known from a slow one: dropped
	r.refuse(http.StatusBadRequest)
	observe(goodWith(3, slowly)) // in the batch that turns out to be lost; nobody could know
	observe(goodWith(4, slowly)) // lost
	r.refuse(0)
	observe(goodWith(5, slowly)) // arrives, but that was not to be expected
	observe(goodWith(6, slowly))
	span := func(n int) string { s, _ := chat.SpanID(idOf(n)); return s }
	for n, want := range []string{"", span(1), "", span(3), "", "", span(6)} {
		if got := r.seen.span(idOf(n)); got != want {
			t.Errorf("exchange %d is known with span %q, want %q", n, got, want)
		}
	}
	var arrived []string
	for _, s := range r.received() {
		arrived = append(arrived, attributesIn(s)["firsttoken.turn"])
	}
	if got := strings.Join(arrived, " "); got != "false 1 5 6" { // false is how the fixture spells 0
		t.Errorf("arrived: %s", got)
	}
	r.expectDropped(t, 0, 2)
}

// The exemplar of the bucket in which a slow exchange was counted leads to the span that was exported,
// and the dropped exchanges after it in the same bucket do not take its place.
func TestExemplarLeadsToTheSpan(t *testing.T) {
	r := newHarness(t, "OTEL_TRACES_SAMPLER=always_off")
	reg := prometheus.NewPedanticRegistry()
	m, err := metrics.NewTargets(reg, metrics.Options{Targets: []prober.Target{testTarget("a")}, Traced: true})
	if err != nil {
		t.Fatal(err)
	}
	o := r.telemetry.Before(m)
	o.Observe(prober.Started{Target: testTarget("a")})
	o.Observe(good(0))
	r.flush(t) // from here on there is a collector
	o.Observe(goodWith(1, slowly))
	o.Observe(good(2)) // quick: dropped
	// In time: dropped.
	o.Observe(goodWith(3, func(x *prober.Result) { x.FirstToken, x.LastToken = ms(1990), ms(11_990) }))
	// Slow, and cancelled: dropped.
	o.Observe(goodWith(4, func(x *prober.Result) { slowly(x); x.Outcome = chat.Cancelled }))
	r.flush(t)
	named := map[string]bool{}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, series := range f.Metric {
			for _, b := range series.GetHistogram().GetBucket() {
				for _, l := range b.GetExemplar().GetLabel() {
					if l.GetName() == "trace_id" {
						named[l.GetValue()] = true
					}
				}
			}
			for _, e := range series.GetHistogram().GetExemplars() {
				for _, l := range e.Label {
					if l.GetName() == "trace_id" {
						named[l.GetValue()] = true
					}
				}
			}
		}
	}
	if len(named) != 1 || !named[idOf(1)] {
		t.Errorf("exemplars name %v, want %s alone", named, idOf(1))
	}
	r.spanOf(t, 1) // has arrived
	if n := len(r.received()); n != 2 {
		t.Errorf("%d spans arrived, want the first of the revision and the slow one", n)
	}
}

// While the queue is full, further spans are dropped, counted and not named.
func TestNoRoom(t *testing.T) {
	r := newHarness(t, "OTEL_BSP_MAX_QUEUE_SIZE=3")
	r.observer.Observe(prober.Started{Target: testTarget("a")})
	r.observer.Observe(good(0))
	r.flush(t)
	r.mu.Lock() // the collector does not answer: a full queue is sent at once
	for n := 1; n <= 5; n++ {
		r.observer.Observe(goodWith(n, slowly))
	}
	r.mu.Unlock()
	for n, named := range map[int]bool{1: true, 2: true, 3: true, 4: false, 5: false} {
		if got := r.seen.span(idOf(n)) != ""; got != named {
			t.Errorf("exchange %d named: %v, want %v", n, got, named)
		}
	}
	r.expectDropped(t, 2, 0)
	r.flush(t)
	r.observer.Observe(goodWith(6, slowly)) // there is room again
	r.flush(t)
	if n := len(r.received()); n != 5 {
		t.Errorf("%d spans arrived, want 5", n)
	}
}

func (r *harness) expectDropped(t *testing.T, full, failed float64) {
	t.Helper()
	dropped := r.telemetry.spans.self.dropped
	if got := testutil.ToFloat64(dropped.WithLabelValues(dropQueueFull)); got != full {
		t.Errorf("%v dropped for want of room, want %v", got, full)
	}
	if got := testutil.ToFloat64(dropped.WithLabelValues(dropExportFailed)); got != failed {
		t.Errorf("%v dropped as the collector did not take them, want %v", got, failed)
	}
}

// No text from a server or a key file leaves the process, except the few that should; those are short.
func TestNoPromptAnswerOrKey(t *testing.T) {
	r := newHarness(t)
	r.observer.Observe(prober.Started{Target: testTarget("a")}) // hunter2 stands in its URL
	const secret = "sk-not-for-anyone"
	r.observer.Observe(goodWith(0, func(x *prober.Result) {
		x.Outcome, x.Err = chat.Rejected, errors.New("HTTP 400: you sent: "+secret)
		x.Usage.Verbatim = []byte(`{"prompt":"` + secret + `"}`)
		x.Finish = strings.Repeat("f", 200) + secret // a server that answers in its finish reason
		x.Identity.Model = strings.Repeat("m", 200) + secret
		x.Identity.Fingerprint = strings.Repeat("p", 200) + secret
		x.Identity.Server = secret
		x.Identity.Protocol = secret
	}))
	// A text that is not UTF-8 would cost the whole batch.
	r.observer.Observe(goodWith(1, func(x *prober.Result) { x.Finish, x.Identity.Model = "\xff\xfe", "\xff" }))
	r.flush(t)
	if n := len(r.received()); n != 2 {
		t.Fatalf("%d spans", n)
	}
	for _, body := range r.bodies {
		for _, word := range []string{secret, "hunter2", "you sent"} {
			if bytes.Contains(body, []byte(word)) {
				t.Errorf("%q was sent", word)
			}
		}
	}
}

// Without an endpoint, no observer is added, no goroutine runs and no series is registered.
func TestOff(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	off, err := Start(t.Context(), Options{Gatherer: reg, Registerer: reg, Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	next := &results{}
	if got := off.Before(next); got != prober.Observer(next) {
		t.Errorf("%T stands before the observers", got)
	}
	off.Close(context.Background())
	if n, err := testutil.GatherAndCount(reg); n != 0 || err != nil {
		t.Errorf("%d series, %v", n, err)
	}
}

// grpcTraces and grpcMetrics are the services of a collector. Each reports the size of a request.
type grpcMetrics struct {
	collectmetrics.UnimplementedMetricsServiceServer
	got chan int
}

type grpcTraces struct {
	collecttraces.UnimplementedTraceServiceServer
	got chan int
}

func (c grpcTraces) Export(
	_ context.Context, m *collecttraces.ExportTraceServiceRequest,
) (*collecttraces.ExportTraceServiceResponse, error) {
	c.got <- len(m.ResourceSpans[0].ScopeSpans[0].Spans)
	return &collecttraces.ExportTraceServiceResponse{}, nil
}

func (c grpcMetrics) Export(
	_ context.Context, m *collectmetrics.ExportMetricsServiceRequest,
) (*collectmetrics.ExportMetricsServiceResponse, error) {
	c.got <- len(m.ResourceMetrics[0].ScopeMetrics[0].Metrics)
	return &collectmetrics.ExportMetricsServiceResponse{}, nil
}

func TestGRPC(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, spans, metrics := grpc.NewServer(), make(chan int, 1), make(chan int, 1)
	collecttraces.RegisterTraceServiceServer(server, grpcTraces{got: spans})
	collectmetrics.RegisterMetricsServiceServer(server, grpcMetrics{got: metrics})
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	defer func() { server.Stop(); <-served }()

	settings, err := FromEnvironment(environment(t,
		"OTEL_EXPORTER_OTLP_PROTOCOL=grpc", "OTEL_EXPORTER_OTLP_ENDPOINT=http://"+l.Addr().String()))
	if err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewPedanticRegistry()
	telemetry, err := Start(t.Context(), Options{Settings: settings, Gatherer: reg, Registerer: reg, Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	o := telemetry.Before(&results{})
	o.Observe(prober.Started{Target: testTarget("a")})
	o.Observe(goodWith(0, slowly))
	telemetry.Close(t.Context())
	if got := <-spans; got != 1 {
		t.Errorf("%d spans, want 1", got)
	}
	if got := <-metrics; got != 3 { // those about the export itself
		t.Errorf("%d metrics, want 3", got)
	}
}
