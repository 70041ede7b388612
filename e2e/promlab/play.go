package promlab

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/internal/pipenet"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// Scenario is one prober, one simulated engine and what goes wrong.
type Scenario struct {
	Target    prober.Target // its URL and API are set by Play
	Engine    simulator.Profile
	Incidents []simulator.Incident
	For       time.Duration
	Scrape    time.Duration // interval
	Seed      uint64
	// Observer, where set, wraps the metrics, so that a test can change the events that they observe.
	Observer func(prober.Observer) prober.Observer
}

// Play runs the scenario in simulated time: the prober's own client speaks HTTP with the simulator over pipes, and each
// scrape reads the prober's registry and the engine's metrics page. Incidents count from the returned start.
func Play(t *testing.T, s Scenario) (start time.Time, pages []Page) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start = time.Now()
		engine, err := simulator.NewEngine(s.Engine, simulator.EngineOptions{Seed: s.Seed, Incidents: s.Incidents})
		if err != nil {
			t.Fatal(err)
		}
		defer engine.Close()
		handler := simulator.NewServer(simulator.Options{}, simulator.Model{Name: s.Target.Model, Engine: engine})
		network := pipenet.New()
		defer serve(t, handler, network)()

		ledger := newLedger(s.Target)
		registry, metrics := instrument(t, s, ledger)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go metrics.Run(ctx)
		p := probe(t, s, metrics, ledger, network)
		for end := start.Add(s.For); time.Now().Before(end); {
			time.Sleep(s.Scrape)
			pages = append(pages, proberPage(t, registry), enginePage(t.Context(), handler, s.Target.Name))
		}
		if err := p.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return start, pages
}

// serve serves the engine, and returns the function that stops serving.
func serve(t *testing.T, handler http.Handler, listener net.Listener) (stop func()) {
	t.Helper()
	server := &http.Server{Handler: handler}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // http.ErrServerClosed
	}()
	return func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-served
	}
}

func instrument(t *testing.T, s Scenario, l *memoryLedger) (*prometheus.Registry, *metrics.Targets) {
	t.Helper()
	registry, err := metrics.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	instrumentProcess(t, registry)
	if err := metrics.NewBudget(registry, l); err != nil {
		t.Fatal(err)
	}
	metrics, err := metrics.NewTargets(registry, metrics.Options{Targets: []prober.Target{s.Target}})
	if err != nil {
		t.Fatal(err)
	}
	return registry, metrics
}

// instrumentProcess adds what a process says about itself: all is well.
func instrumentProcess(t *testing.T, registry *prometheus.Registry) {
	t.Helper()
	reloads, err := metrics.NewReloads(registry)
	if err != nil {
		t.Fatal(err)
	}
	reloads.Succeeded(1, time.Now())
	well := metrics.TrustOptions{Trusted: func() bool { return true }, KernelStamps: true}
	trust, err := metrics.NewTrust(registry, well)
	if err != nil {
		t.Fatal(err)
	}
	trust.Observe(30 * time.Microsecond)
	lists, err := metrics.NewLists(registry)
	if err != nil {
		t.Fatal(err)
	}
	lists.Found("file", "file_sd[0]", 1, time.Now())
	lists.Watch("file", "file_sd[0]")
	if _, err := metrics.NewLostResults(registry); err != nil {
		t.Fatal(err)
	}
}

func probe(t *testing.T, s Scenario, metrics prober.Observer, l *memoryLedger, n *pipenet.Network) *prober.Prober {
	t.Helper()
	if s.Observer != nil {
		metrics = s.Observer(metrics)
	}
	s.Target.URL, s.Target.API = "http://engine.test/v1", chat.OpenAIChat
	p := prober.New(prober.Options{
		Connect: func(t prober.Target) (prober.Sender, error) {
			return chat.NewClient(t.Endpoint, chat.Options{DialContext: n.DialContext})
		},
		Observer: metrics, Seed: s.Seed, Version: "e2e", Budget: l,
	})
	if err := p.Apply([]prober.Target{s.Target}); err != nil {
		t.Fatal(err)
	}
	return p
}

// proberPage reads the registry as Prometheus does when it scrapes native histograms.
func proberPage(t *testing.T, g prometheus.Gatherer) Page {
	t.Helper()
	families, err := g.Gather()
	if err != nil {
		t.Error(err)
	}
	var b bytes.Buffer
	format := expfmt.NewFormat(expfmt.TypeProtoDelim)
	encoder := expfmt.NewEncoder(&b, format)
	for _, f := range families {
		if err := encoder.Encode(f); err != nil {
			t.Error(err)
		}
	}
	return Page{
		At: time.Now(), ContentType: string(format), Body: b.Bytes(),
		Labels: []string{"job", "firsttoken", "instance", "prober:9977"},
	}
}

// enginePage reads the engine's page with the labels that /sd/engines gives it.
func enginePage(ctx context.Context, h http.Handler, target string) Page {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/metrics", nil))
	return Page{
		At: time.Now(), ContentType: w.Header().Get("Content-Type"), Body: w.Body.Bytes(),
		Labels: []string{"job", "engines", "instance", "engine:8000", "role", "engine", "target", target},
	}
}
