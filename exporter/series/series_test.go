package series

import (
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestIndexNumbersAllCombinations(t *testing.T) {
	labels := []Label{LabelOf("cache", "cold", "warm"), LabelOf("context", "a", "b", "c")}
	var all []string
	for values := range combinations(labels) {
		i, ok := Index(labels, values...)
		if !ok || i != len(all) {
			t.Errorf("%v has the place %d, %v; want %d", values, i, ok, len(all))
		}
		all = append(all, strings.Join(values, " "))
	}
	want := []string{"cold a", "cold b", "cold c", "warm a", "warm b", "warm c"}
	if !slices.Equal(all, want) {
		t.Errorf("combinations %q, want %q", all, want)
	}
	if _, ok := Index(labels, "warm", "d"); ok {
		t.Error("a value outside the set has a place")
	}
}

// A series takes a value by its type: a gauge is set, a counter adds what it can take, the others observe.
func TestVec(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	s := NewRegistry(reg)
	kind := []Label{LabelOf("kind", "x", "y")}
	families := []Family{
		{Type: TypeCounter, Name: "c_total", Help: "C.", Labels: kind},
		{Type: TypeGauge, Name: "g", Help: "G."},
		{Type: TypeSummary, Name: "s", Help: "S."},
		{Type: TypeHistogram, Name: "h", Help: "H.", Buckets: []float64{4}},
	}
	var vecs []Vec
	for _, f := range families {
		v := s.Vec(f)
		vecs = append(vecs, v)
		for _, target := range []string{"a", "b"} {
			for _, series := range v.Create(target, func(values []string) bool { return !slices.Contains(values, "y") }) {
				if series != nil {
					series.Observe(5)
					series.Observe(-2)
				}
			}
		}
	}
	for _, v := range vecs {
		v.Delete("b")
		v.Delete("stranger")
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	first := s.Families()[0]
	if first.Name != "firsttoken_c_total" || !slices.Equal(first.LabelNames(), []string{"target", "kind"}) {
		t.Errorf("registered as %+v", first)
	}
	const want = `
# HELP firsttoken_c_total C.
# TYPE firsttoken_c_total counter
firsttoken_c_total{kind="x",target="a"} 5
# HELP firsttoken_g G.
# TYPE firsttoken_g gauge
firsttoken_g{target="a"} -2
# HELP firsttoken_h H.
# TYPE firsttoken_h histogram
firsttoken_h_bucket{target="a",le="4"} 1
firsttoken_h_bucket{target="a",le="+Inf"} 2
firsttoken_h_sum{target="a"} 3
firsttoken_h_count{target="a"} 2
# HELP firsttoken_s S.
# TYPE firsttoken_s summary
firsttoken_s_sum{target="a"} 3
firsttoken_s_count{target="a"} 2
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

// The values of an open label are not known in advance: nothing is created before they are.
func TestOpenLabel(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	v := NewRegistry(reg).Vec(Family{Type: TypeGauge, Name: "info", Help: "I.", Labels: []Label{{Name: "model"}}})
	if created := v.Create("a", nil); len(created) != 0 {
		t.Errorf("%d series exist before there is a model", len(created))
	}
	v.Single("a", "m-1").Observe(1)
	v.Single("a", "m-2").Observe(1)
	v.DeleteSingle("a", "m-1")
	const want = `
# HELP firsttoken_info I.
# TYPE firsttoken_info gauge
firsttoken_info{model="m-2",target="a"} 1
`
	if err := testutil.GatherAndCompare(reg, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

func TestErrNamesTheFamily(t *testing.T) {
	s := NewRegistry(prometheus.NewRegistry())
	s.Vec(Family{Name: "typeless", Help: "T."})
	s.Gauge(Family{Name: "twice", Help: "T."})
	s.Counter(Family{Name: "twice", Help: "T."})
	err := s.Err()
	for _, want := range []string{"typeless", "twice"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %q", err, want)
		}
	}
}
