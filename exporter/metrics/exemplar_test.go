package metrics

import (
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

func TestExemplar(t *testing.T) {
	const id, span = "0123456789abcdef0123456789abcdef", "0123456789abcdef"
	alone := prometheus.Labels{"request_id": id}
	whole := prometheus.Labels{"request_id": id, "trace_id": id, "span_id": span}
	for _, row := range []struct {
		id, span             string
		want, wantWhenTraced prometheus.Labels
	}{
		{id, span, whole, whole},
		{id, "", alone, nil},                                   // dropped: it must not displace one that was kept
		{id, "fedcba9876543210", alone, alone},                 // not the exchange's own span
		{span, "", prometheus.Labels{"request_id": span}, nil}, // no trace id
		{"", "", nil, nil},                                     // names nothing
		{strings.Repeat("a", 200), "", nil, nil},               // the client library panics above 128 runes
		{"\xff", "", nil, nil},                                 // and at what is not text
	} {
		r := probertest.WarmWith(func(r *prober.Result) { r.ID, r.Span = row.id, row.span })
		if got := requestExemplar(r); !maps.Equal(got, row.want) {
			t.Errorf("%q %q: %v, want %v", row.id, row.span, got, row.want)
		}
		if got := spanExemplar(r); !maps.Equal(got, row.wantWhenTraced) {
			t.Errorf("%q %q, traced: %v, want %v", row.id, row.span, got, row.wantWhenTraced)
		}
	}
}

// The exemplar of a bucket, classic and native, is that of the last exchange whose span was kept.
func TestExemplarsOfSpans(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m, err := NewTargets(reg, Options{Traced: true})
	if err != nil {
		t.Fatal(err)
	}
	m.Observe(prober.Started{Target: probertest.Target("a")})
	kept := probertest.Warm("a")
	kept.Span, _ = chat.SpanID(kept.ID)
	dropped := probertest.Warm("a")
	dropped.ID = "ffffffffffffffff0123456789abcdef"
	m.Observe(kept)
	m.Observe(dropped) // into the same buckets
	classic, native := exemplars(t, reg, "firsttoken_ttft_seconds")
	want := []map[string]string{{"request_id": kept.ID, "trace_id": kept.ID, "span_id": kept.Span}}
	if !reflect.DeepEqual(classic, want) || !reflect.DeepEqual(native, want) {
		t.Errorf("classic %v, native %v, want %v", classic, native, want)
	}
}

// exemplars are those of all series of a histogram.
func exemplars(t *testing.T, g prometheus.Gatherer, name string) (classic, native []map[string]string) {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Fatal(err)
	}
	labels := func(e *dto.Exemplar) map[string]string {
		all := map[string]string{}
		for _, l := range e.Label {
			all[l.GetName()] = l.GetValue()
		}
		return all
	}
	for _, f := range families {
		for _, m := range f.Metric {
			if f.GetName() != name {
				continue
			}
			for _, b := range m.Histogram.Bucket {
				if b.Exemplar != nil {
					classic = append(classic, labels(b.Exemplar))
				}
			}
			for _, e := range m.Histogram.Exemplars {
				native = append(native, labels(e))
			}
		}
	}
	return classic, native
}
