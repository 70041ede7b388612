package e2e

import (
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/e2e/lab"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
)

func TestTry(t *testing.T) {
	target, err := prober.DefaultTarget(prober.ProfileWatch)
	if err != nil {
		t.Fatal(err)
	}
	target.Name, target.Model = "kimi", "m"
	p, _ := simulator.ProfileNamed("together")
	began := time.Now()
	start, pages := lab.Play(t, lab.Scenario{Target: target, Engine: p, For: 2 * time.Hour, Scrape: 30 * time.Second, Seed: 1})
	t.Log("played", time.Since(began), len(pages))
	began = time.Now()
	s, err := lab.Open(t.TempDir(), "../alerts/firsttoken.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Ingest(t.Context(), lab.Classic, pages...); err != nil {
		t.Fatal(err)
	}
	t.Log("ingested", time.Since(began))
	began = time.Now()
	if err := s.Evaluate(t.Context(), start, start.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	t.Log("evaluated", time.Since(began))
	fired, err := s.Fired(t.Context(), start, start.Add(2*time.Hour))
	t.Log(fired, err)
	for _, q := range []string{`firsttoken_requests_total`, `exp(target:firsttoken_ttft_log:mean5m)`, "target:firsttoken_output_tokens_per_second:mean30m", "target:engine_kv_cache_usage:max", "target:engine_ttft_seconds:mean5m", "target:firsttoken_prefix_cache_reported_expected:ratio30m", "target_slo:firsttoken_slo_bad:ratio1h"} {
		v, err := s.Query(t.Context(), q, start.Add(2*time.Hour))
		t.Log(q, v, err)
	}
}
