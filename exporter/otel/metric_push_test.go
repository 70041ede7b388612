package otel

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"

	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/internal/syncbuf"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// A push equals a scrape of the same moment: every series, every value, every bucket of the native histograms.
func TestPushIsTheScrape(t *testing.T) {
	collector := &receiver{t: t}
	settings := pushTo(t, collector)
	reg := prometheus.NewPedanticRegistry()
	fill(t, reg)
	telemetry, err := Start(t.Context(), Options{Settings: settings, Gatherer: reg, Registerer: reg, Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer telemetry.Close(t.Context())
	if err := telemetry.push.provider.ForceFlush(t.Context()); err != nil {
		t.Fatal(err)
	}
	scraped, pushed := scrapedSamples(t, reg), collector.pushedSamples(t)
	if len(scraped) < 100 {
		t.Fatalf("%d samples are no test", len(scraped))
	}
	for _, name := range slices.Sorted(maps.Keys(scraped)) {
		if pushed[name] != scraped[name] {
			t.Errorf("%s: pushed %q, scraped %q", name, pushed[name], scraped[name])
		}
		delete(pushed, name)
	}
	if len(pushed) > 0 {
		t.Errorf("pushed and not scraped: %v", slices.Sorted(maps.Keys(pushed)))
	}
}

// fill makes series of every type, and a histogram with distant buckets.
func fill(t *testing.T, reg *prometheus.Registry) {
	t.Helper()
	m, err := metrics.NewTargets(reg, metrics.Options{Targets: []prober.Target{testTarget("a")}, Traced: true})
	if err != nil {
		t.Fatal(err)
	}
	m.Observe(prober.Started{Target: testTarget("a")})
	m.Observe(prober.RateChanged{Target: "a", SetPoint: 2.5e6, Effective: 1e6})
	for n := range 50 {
		m.Observe(goodWith(n, func(r *prober.Result) {
			r.FirstToken, r.LastToken = ms(float64(60+n*n*3)), ms(float64(20_000+n))
			r.Whole.First, r.Whole.Last = r.FirstToken, r.LastToken
		}))
	}
	m.Observe(goodWith(50, slowly))
	m.Observe(goodWith(51, truncated))
	m.Observe(goodWith(52, refused))
	m.Observe(prober.Judged{Verdict: slo.Verdict{Target: "a", SLO: slo.TTFT, Bad: true}})
	m.Observe(prober.Skipped{Target: "a", Reason: prober.InFlight})
}

// scrapedSamples are the values of all series of a registry by name and labels.
func scrapedSamples(t *testing.T, g prometheus.Gatherer) map[string]string {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range families {
		for _, m := range f.Metric {
			labels := map[string]string{}
			for _, l := range m.Label {
				labels[l.GetName()] = l.GetValue()
			}
			name := fmt.Sprint(f.GetName(), labels)
			switch {
			case m.Counter != nil:
				all[name] = fmt.Sprint("counter ", m.Counter.GetValue())
			case m.Gauge != nil:
				all[name] = fmt.Sprint("gauge ", m.Gauge.GetValue())
			case m.Summary != nil:
				all[name] = fmt.Sprint("summary ", m.Summary.GetSampleCount(), m.Summary.GetSampleSum())
			case m.Histogram != nil:
				h := m.Histogram
				all[name] = fmt.Sprint("histogram ", h.GetSampleCount(), h.GetSampleSum(), " schema ", h.GetSchema(),
					" zero ", h.GetZeroCount(), " ", nativeBuckets(h))
			}
		}
	}
	return all
}

// nativeBuckets are the counts of the buckets that are not empty, by index. Bucket i of schema s ends at
// 2^(i/2^s).
func nativeBuckets(h *dto.Histogram) map[int32]int64 {
	all := map[int32]int64{}
	var at int32
	var count int64
	next := 0
	for i, span := range h.PositiveSpan {
		if i == 0 {
			at = span.GetOffset()
		} else {
			at += span.GetOffset()
		}
		for range span.GetLength() {
			count += h.PositiveDelta[next]
			next++
			if count > 0 {
				all[at] = count
			}
			at++
		}
	}
	return all
}

func (r *receiver) pushedSamples(t *testing.T) map[string]string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	all := map[string]string{}
	for _, m := range r.metrics {
		switch d := m.Data.(type) {
		case *metricspb.Metric_Sum:
			const cumulative = metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE
			if !d.Sum.IsMonotonic || d.Sum.AggregationTemporality != cumulative {
				t.Errorf("%s is no cumulative counter", m.Name)
			}
			for _, p := range d.Sum.DataPoints {
				all[m.Name+labelsOf(p.Attributes)] = fmt.Sprint("counter ", p.GetAsDouble())
			}
		case *metricspb.Metric_Gauge:
			for _, p := range d.Gauge.DataPoints {
				all[m.Name+labelsOf(p.Attributes)] = fmt.Sprint("gauge ", p.GetAsDouble())
			}
		case *metricspb.Metric_Summary:
			for _, p := range d.Summary.DataPoints {
				all[m.Name+labelsOf(p.Attributes)] = fmt.Sprint("summary ", p.Count, p.Sum)
			}
		case *metricspb.Metric_ExponentialHistogram:
			for _, p := range d.ExponentialHistogram.DataPoints {
				all[m.Name+labelsOf(p.Attributes)] = fmt.Sprint("histogram ", p.Count, p.GetSum(), " schema ", p.Scale,
					" zero ", p.ZeroCount, " ", exponentialBuckets(p.Positive))
				if len(p.Exemplars) > 0 {
					t.Errorf("%s has exemplars: then docs/opentelemetry.md is out of date", m.Name)
				}
			}
		default:
			t.Errorf("%s is of type %T", m.Name, m.Data)
		}
	}
	return all
}

// exponentialBuckets are the counts by the index that Prometheus gives them: OpenTelemetry's bucket i of
// scale s begins at 2^(i/2^s).
func exponentialBuckets(b *metricspb.ExponentialHistogramDataPoint_Buckets) map[int32]int64 {
	all := map[int32]int64{}
	for i, n := range b.GetBucketCounts() {
		if n > 0 {
			all[b.Offset+int32(i)+1] = int64(n)
		}
	}
	return all
}

func labelsOf(attributes []*commonpb.KeyValue) string {
	labels := map[string]string{}
	for _, a := range attributes {
		labels[a.Key] = a.Value.GetStringValue()
	}
	return fmt.Sprint(labels)
}

// pushTo are the settings that push metrics to a collector.
func pushTo(t *testing.T, collector http.Handler) Settings {
	t.Helper()
	server := httptest.NewServer(collector)
	t.Cleanup(server.Close)
	settings, err := FromEnvironment(environment(t, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT="+server.URL+"/v1/metrics"))
	if err != nil {
		t.Fatal(err)
	}
	return settings
}

// Each push that a collector refuses is counted; the log has one line for all of them.
func TestPushFails(t *testing.T) {
	collector := &receiver{t: t}
	collector.refuse(400)
	settings := pushTo(t, collector)
	reg := prometheus.NewPedanticRegistry()
	log := &syncbuf.Buffer{}
	telemetry, err := Start(t.Context(), Options{
		Settings: settings, Gatherer: reg, Registerer: reg, Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := telemetry.push.provider.ForceFlush(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if got := scrapedSamples(t, reg)["firsttoken_otel_export_failures_totalmap[signal:metrics]"]; got != "counter 3" {
		t.Errorf("failures: %s, want 3", got)
	}
	telemetry.Close(t.Context())
	if n := strings.Count(log.String(), "level=WARN"); n != 1 || !strings.Contains(log.String(), "signal=metrics") {
		t.Errorf("%d warnings:\n%s", n, log)
	}
}
