package otel

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// docs/opentelemetry.md names every attribute, event and series, and no others.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/opentelemetry.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(text)
	known := map[string]bool{}
	for name := range everything(t) {
		known[name] = true
		if !strings.Contains(doc, "`"+name+"`") {
			t.Errorf("%s is not documented", name)
		}
	}
	for i, quoted := range strings.Split(doc, "`") {
		quoted, _, _ = strings.Cut(quoted, "=") // a search has a value behind it
		ours := strings.HasPrefix(quoted, "gen_ai.") || strings.HasPrefix(quoted, "firsttoken.") ||
			strings.HasPrefix(quoted, "firsttoken_otel_")
		if i%2 == 1 && ours && !known[quoted] {
			t.Errorf("%s is documented and does not exist", quoted)
		}
	}
}

// everything lists all attributes and events of a span, and the series of this package.
func everything(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{string(linkKind): true, string(errorType): true}
	x := goodWith(0, func(r *prober.Result) {
		r.Usage.CacheWrite, r.Recall, r.Untrusted = chat.Counted(1), chat.Right, true
	})
	for _, a := range append(attributesOf(x, keptRatio), newTargetState(testTarget("a")).attributes()...) {
		all[string(a.Key)] = true
	}
	for _, i := range instantsOf(x) {
		all[i.name] = true
	}
	reg := prometheus.NewRegistry()
	if _, err := newSelfMetrics(reg); err != nil {
		t.Fatal(err)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		all[f.GetName()] = true
	}
	return all
}

// Each instant of an exchange is an event of its span. An instant that is added to the exchange fails here.
func TestEveryInstantIsAnEvent(t *testing.T) {
	// Less End, which is the span's, and with scheduled, which is the result's.
	want := reflect.TypeFor[chat.Instants]().NumField() - 1 + 1
	if got := len(instantsOf(good(0))); got != want {
		t.Errorf("%d events, want %d", got, want)
	}
}

// TestDescribedChangesTheNextSpans checks that spans say what the configuration says, and that links go on.
func TestDescribedChangesTheNextSpans(t *testing.T) {
	target := testTarget("a")
	o := &traceObserver{next: prober.Observers{}, targets: map[string]*targetState{}}
	o.Observe(prober.Started{Target: target})
	state := o.target("a")
	state.turns["s"] = lastTurn{}
	target.Region = "moon"
	o.Observe(prober.Described{Target: target})
	o.Observe(prober.Described{Target: testTarget("b")}) // it does not run
	if !slices.Contains(state.attributes(), regionName.String("moon")) || len(state.turns) != 1 || len(o.targets) != 1 {
		t.Errorf("attributes %v, %d turns, %d targets", state.attributes(), len(state.turns), len(o.targets))
	}
}
