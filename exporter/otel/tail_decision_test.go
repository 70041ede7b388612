package otel

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

func TestDecision(t *testing.T) {
	r := newHarness(t, "OTEL_TRACES_SAMPLER=always_off")
	traces := r.observer.(*traceObserver)
	state := newTargetState(testTarget("a"))
	state.rememberRevision(good(0)) // its revision is nothing new
	for _, row := range []struct {
		name   string
		change func(*prober.Result)
		want   keepReason // "" is dropped
	}{
		{"good", func(*prober.Result) {}, ""},
		{"slow", slowly, keptSlow},
		{"wrong recall", func(x *prober.Result) { x.Recall, x.Missed = chat.Wrong, []slo.Name{slo.Recall} }, keptSlow},
		{"failed bootstrap", func(x *prober.Result) { truncated(x); x.Turn.Phase = workload.Bootstrap }, keptFailed},
		{"truncated", truncated, keptFailed},
		{"refused", refused, keptFailed},
		{"cancelled", func(x *prober.Result) { x.Outcome = chat.Cancelled }, ""}, // by us
		{"cancelled in a hang", func(x *prober.Result) { slowly(x); x.Outcome = chat.Cancelled }, ""},
		{"new model", func(x *prober.Result) { x.Identity.Model = "m-2027" }, keptRevision},
		{"new fingerprint", func(x *prober.Result) { x.Identity.Fingerprint = "fp_2" }, keptRevision},
		{"new server", func(x *prober.Result) { x.Identity.Server = "nginx" }, keptRevision},
		{"other protocol", func(x *prober.Result) { x.Identity.Protocol = "HTTP/2.0" }, ""}, // ours to choose
		{"error page of a gateway", func(x *prober.Result) {
			x.Outcome, x.Identity.Server = chat.ServerError, "envoy"
		}, keptFailed},
		{"new and slow", func(x *prober.Result) { slowly(x); x.Identity.Model = "m-2027" }, keptSlow},
	} {
		id, _ := idsOf(idOf(1))
		got, keep := traces.decide(state, goodWith(1, row.change), id.TraceID())
		if !keep {
			got = ""
		}
		if got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

// A share of the traces is kept by their ids, as every sampler of that name does.
func TestRatio(t *testing.T) {
	r := newHarness(t, "OTEL_TRACES_SAMPLER=traceidratio", "OTEL_TRACES_SAMPLER_ARG=0.5")
	traces := r.observer.(*traceObserver)
	state := newTargetState(testTarget("a"))
	state.rememberRevision(good(0))
	for _, row := range []struct {
		half string // of the id, the part that decides
		want bool
	}{
		{"7fffffffffffffff", true}, // its upper 63 bits are below half of 2^63
		{"8000000000000000", false},
		{"0000000000000001", true},
		{"ffffffffffffffff", false},
	} {
		x := goodWith(1, func(x *prober.Result) { x.ID = "00000000000000aa" + row.half })
		id, _ := idsOf(x.ID)
		if why, keep := traces.decide(state, x, id.TraceID()); keep != row.want || why != keptRatio {
			t.Errorf("…%s: %v %v, want %v", row.half, keep, why, row.want)
		}
	}
}

// A revision is new until a span of it was kept, and known revisions are bounded.
func TestRevisions(t *testing.T) {
	state := newTargetState(testTarget("a"))
	of := func(n int) prober.Result {
		return goodWith(n, func(x *prober.Result) { x.Identity.Fingerprint = fmt.Sprint(n) })
	}
	for n := range maxRevisions + 1 {
		for range 2 { // looking does not make it known
			if !state.isNewRevision(of(n)) {
				t.Fatalf("%d is not new before it is known", n)
			}
		}
		state.rememberRevision(of(n))
		if state.isNewRevision(of(n)) {
			t.Fatalf("%d is new though it is known", n)
		}
	}
	if len(state.revisions) != maxRevisions || !state.isNewRevision(of(0)) || state.isNewRevision(of(1)) {
		t.Errorf("%d known; the oldest new %v, the next new %v", len(state.revisions),
			state.isNewRevision(of(0)), state.isNewRevision(of(1)))
	}
}

// Links of sessions that have ended are dropped.
func TestTurnsAreForgotten(t *testing.T) {
	state := newTargetState(testTarget("a"))
	id, _ := idsOf(idOf(0))
	for n := range 2_000 { // a session each minute, each pauses for 10 minutes
		state.rememberTurn(goodWith(n, func(x *prober.Result) {
			x.End = started.Add(time.Duration(n) * time.Minute)
			x.Turn.Session, x.Turn.Pause = fmt.Sprint(n), 10*time.Minute
		}), id)
	}
	if n := len(state.turns); n != 71 { // those whose pause ended within the hour, or has not
		t.Errorf("%d sessions, want 71", n)
	}
	for n := range 2_000 { // all at once
		state.rememberTurn(goodWith(n, func(x *prober.Result) { x.Turn.Session = fmt.Sprint("x", n) }), id)
	}
	if n := len(state.turns); n != maxTurns {
		t.Errorf("%d sessions, want %d", n, maxTurns)
	}
}

func TestCountsOfKept(t *testing.T) {
	r := newHarness(t, "OTEL_TRACES_SAMPLER=always_off")
	r.observer.Observe(prober.Started{Target: testTarget("a")})
	r.observer.Observe(good(0))
	r.observer.Observe(good(1))
	r.observer.Observe(goodWith(2, slowly))
	r.observer.Observe(goodWith(3, truncated))
	r.observer.Observe(goodWith(4, refused))
	r.observer.Observe(goodWith(5, func(x *prober.Result) { x.ID = "no trace id" }))
	r.observer.Observe(prober.Stopped{Target: "a"})
	r.observer.Observe(goodWith(6, slowly)) // late: nobody knows the target any more
	const want = `
# HELP firsttoken_otel_dropped_spans_total Spans that were to be kept and never reached the collector, by reason.
# TYPE firsttoken_otel_dropped_spans_total counter
firsttoken_otel_dropped_spans_total{reason="export_failed"} 0
firsttoken_otel_dropped_spans_total{reason="queue_full"} 0
# HELP firsttoken_otel_export_failures_total Exports by OTLP that failed after their retries, by signal.
# TYPE firsttoken_otel_export_failures_total counter
firsttoken_otel_export_failures_total{signal="metrics"} 0
firsttoken_otel_export_failures_total{signal="traces"} 0
# HELP firsttoken_otel_spans_total Spans that were kept for export, by what spoke for them.
# TYPE firsttoken_otel_spans_total counter
firsttoken_otel_spans_total{reason="failed"} 2
firsttoken_otel_spans_total{reason="ratio"} 0
firsttoken_otel_spans_total{reason="revision"} 1
firsttoken_otel_spans_total{reason="slow"} 1
`
	if err := testutil.GatherAndCompare(r.registry, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	if problems, err := testutil.GatherAndLint(r.registry); err != nil || len(problems) > 0 {
		t.Error(problems, err)
	}
}
