package e2e

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/scrape"

	"github.com/firsttoken/firsttoken/e2e/promlab"
	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/exporter/pages"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// TestRealScrape simulates only the engine: it uses sockets on loopback, and Prometheus' own scraper reads exporter's
// own handler, once for each way of ingesting histograms.
func TestRealScrape(t *testing.T) {
	page := probing(t)
	for name, native := range map[string]bool{"classic": false, "native": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			scrapeAddress(t, s, page, native)
			await(t, s, `count_over_time(up{job="firsttoken"}[1m]) > 5 and on () sum(firsttoken_ttft_log_count) > 3`)
			now := time.Now()
			if err := s.EvaluateEvery(t.Context(), now.Add(-2*time.Second), now, time.Second); err != nil {
				t.Fatal(err)
			}
			present, absent := "firsttoken_ttft_seconds_count", "histogram_count(firsttoken_ttft_seconds)"
			if native {
				present, absent = absent, present
			}
			for _, expr := range append(scraped(), present) {
				if v, err := s.Query(t.Context(), expr, now); err != nil || len(v) == 0 {
					t.Errorf("%s: %v, %v; want a value", expr, v, err)
				}
			}
			if v, err := s.Query(t.Context(), absent, now); err != nil || len(v) > 0 {
				t.Errorf("%s: %v, %v; the server should not have that form", absent, v, err)
			}
			fired, err := s.Fired(t.Context(), now.Add(-time.Minute), now)
			if names := namesOf(fired); err != nil || strings.Join(names, " ") != "FirsttokenWatchdog" {
				t.Errorf("fired %v, %v; want the watchdog alone", names, err)
			}
		})
	}
}

// scraped are expressions that have a value after some scrapes and an evaluation of the rules.
func scraped() []string {
	return []string{
		"up == 1", "firsttoken_build_info", "target:firsttoken_ttft_log:mean5m > 0",
		"instance:firsttoken_schedule_lag_seconds:mean5m >= 0",
		`target_slo:firsttoken_slo_events:increase5m{slo="ttft"} > 0`,
		`target_slo:firsttoken_slo_bad:ratio5m{slo="availability"} == 0`,
		"target:firsttoken_output_tokens_per_second:count30m > 0",
	}
}

// probing starts a prober on a simulated engine, over loopback, and returns the address of its page.
func probing(t *testing.T) string {
	t.Helper()
	profile, ok := simulator.ProfileNamed("fast")
	if !ok {
		t.Fatal("no such profile")
	}
	engine, err := simulator.NewEngine(profile, simulator.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Close)
	upstream := httptest.NewServer(simulator.NewServer(simulator.Options{}, simulator.Model{Name: "m", Engine: engine}))
	t.Cleanup(upstream.Close)
	target, err := prober.DefaultTarget(prober.ProfileWatch)
	if err != nil {
		t.Fatal(err)
	}
	target.Name, target.Model, target.URL, target.API = "kimi", "m", upstream.URL+"/v1", chat.OpenAIChat
	target.Load.TokensPerMinute = 4e6 // a turn a second
	registry, err := metrics.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := metrics.NewTargets(registry, metrics.Options{Targets: []prober.Target{target}})
	if err != nil {
		t.Fatal(err)
	}
	p := prober.New(prober.Options{
		Connect:  func(t prober.Target) (prober.Sender, error) { return chat.NewClient(t.Endpoint, chat.Options{}) },
		Observer: metrics, Seed: 1, Version: "e2e",
	})
	if err := p.Apply([]prober.Target{target}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	own := httptest.NewServer(pages.NewHandler(pages.Options{
		Gatherer: registry, Ready: func() bool { return true }, Config: func() string { return "" },
	}))
	t.Cleanup(own.Close)
	return own.Listener.Addr().String()
}

// scrapeAddress lets Prometheus scrape an address every second.
func scrapeAddress(t *testing.T, s *promlab.Server, address string, native bool) {
	t.Helper()
	c, err := config.Load(fmt.Sprintf(`
global: {scrape_interval: 1s, scrape_timeout: 1s, scrape_native_histograms: %t}
scrape_configs: [{job_name: firsttoken}]`, native), nil)
	if err != nil {
		t.Fatal(err)
	}
	scrapeTargets(t, s, c, map[string][]*targetgroup.Group{"firsttoken": {{
		Source: "test", Targets: []model.LabelSet{{model.AddressLabel: model.LabelValue(address)}},
	}}})
}

// scrapeTargets lets Prometheus' own scraper read targets until the test ends.
func scrapeTargets(
	t *testing.T, s *promlab.Server, c *config.Config, targets map[string][]*targetgroup.Group,
) {
	t.Helper()
	options := &scrape.Options{DiscoveryReloadInterval: model.Duration(100 * time.Millisecond)}
	m, err := scrape.NewManager(options, nil, nil, nil, s.DB, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	if err := m.ApplyConfig(c); err != nil {
		t.Fatal(err)
	}
	found := make(chan map[string][]*targetgroup.Group, 1)
	found <- targets
	done := make(chan error)
	go func() { done <- m.Run(found) }()
	t.Cleanup(func() {
		m.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// await polls until an expression has a value. It gives up only after minutes.
func await(t *testing.T, s *promlab.Server, expr string) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if v, err := s.Query(t.Context(), expr, time.Now()); err != nil {
			t.Fatal(err)
		} else if len(v) > 0 {
			return
		}
	}
	t.Fatalf("%s has no value in three minutes", expr)
}
