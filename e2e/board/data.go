package board

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/e2e/lab"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// now is when the dashboards are looked at. The prober starts on simulated time's own day, so its
// pages are carried here.
func now() time.Time { return time.Date(2026, time.November, 20, 14, 0, 0, 0, time.UTC) }

// segment is a stretch of one load: the prober is restarted between them with another set-point.
type segment struct {
	ago, lasts time.Duration // before now
	tpm        float64
	incidents  []simulator.Incident
}

// subject is one target and its history.
type subject struct {
	name, engine, model string
	profile             string
	prices              prober.Prices
	limit               float64 // of its TTFT objective, in seconds
	segments            []segment
}

// The quiet hours are those before the steps of load and a week ago.
const (
	weekAgo   = 7*24*time.Hour + 90*time.Minute
	dayAgo    = 26 * time.Hour
	stepsFrom = 6 * time.Hour
)

// week is a week ago, a quiet day, and six hours in which the load is raised step by step and things
// go wrong:
//
//	−7d … −26h … −6h    80k TPM, nothing happens
//	−6h −5h −4h −3h     250k, 500k, 1M, 2M
//	−2h … now           500k; at −100m the first target's prefill slows down with a new revision
//	                    at −80m the second throttles and cuts streams, at −70m the third loses its cache
func week(incidents ...simulator.Incident) []segment {
	quiet := []segment{{ago: dayAgo, lasts: dayAgo - stepsFrom, tpm: 80_000}}
	if testing.Short() { // what panels compare with, and the last hours before the steps
		quiet = []segment{{ago: dayAgo, lasts: 3 * time.Hour, tpm: 80_000}, {ago: 9 * time.Hour, lasts: 9*time.Hour - stepsFrom, tpm: 80_000}}
	}
	return append(append([]segment{{ago: weekAgo, lasts: 3 * time.Hour, tpm: 80_000}}, quiet...), []segment{
		{ago: 6 * time.Hour, lasts: time.Hour, tpm: 250_000},
		{ago: 5 * time.Hour, lasts: time.Hour, tpm: 500_000},
		{ago: 4 * time.Hour, lasts: time.Hour, tpm: 1_000_000},
		{ago: 3 * time.Hour, lasts: time.Hour, tpm: 2_000_000},
		{ago: 2 * time.Hour, lasts: 2 * time.Hour, tpm: 500_000, incidents: incidents},
	}...)
}

func minutes(n int) model.Duration { return model.Duration(time.Duration(n) * time.Minute) }

func subjects() []subject {
	cached := 0.2
	kimi := prober.Prices{Input: 1.2, Cached: &cached, Output: 4.5}
	return []subject{
		{"kimi-together", "together", "moonshotai/Kimi-K2.6", "together", kimi, 2, week(
			simulator.Incident{At: minutes(20), For: minutes(55), Kind: simulator.SlowPrefill, Factor: 40},
			simulator.Incident{At: minutes(20), Kind: simulator.ModelSwap, Model: "moonshotai/Kimi-K2.7", Fingerprint: "fp_b2f1"},
			simulator.Incident{At: minutes(20), For: minutes(40), Kind: simulator.WrongRecall, Ratio: 0.3},
		)},
		{"kimi-trtllm", "tensorrt-llm", "moonshotai/Kimi-K2.6", "tensorrt-llm", kimi, 2, week(
			simulator.Incident{At: minutes(40), For: minutes(15), Kind: simulator.Errors, Ratio: 0.5, Status: "503"},
			simulator.Incident{At: minutes(45), For: minutes(20), Kind: simulator.Truncate, Ratio: 0.2},
		)},
		{"kimi-sglang", "sglang", "moonshotai/Kimi-K2.6", "sglang", kimi, 7, week(
			simulator.Incident{At: minutes(50), For: minutes(30), Kind: simulator.NoCache},
			simulator.Incident{At: minutes(55), For: minutes(10), Kind: simulator.Stall, Ratio: 0.3, Pause: model.Duration(8 * time.Second)},
		)},
	}
}

func (s subject) target(t *testing.T, g segment) prober.Target {
	t.Helper()
	target, err := prober.DefaultTarget(prober.ProfileWatch)
	if err != nil {
		t.Fatal(err)
	}
	target.Name, target.Engine, target.Region, target.Model, target.Prices = s.name, s.engine, "eu", s.model, &s.prices
	target.Load.TokensPerMinute, target.Load.MaxInFlight = g.tpm, 64
	target.SLOs[slo.TTFT] = slo.Objective{Ratio: 0.95, Threshold: s.limit}
	target.SLOs[slo.TPS] = slo.Objective{Ratio: 0.95, Threshold: 40}
	return target
}

// play runs one segment and carries its pages to when it was.
func (s subject) play(t *testing.T, i int, g segment) []lab.Page {
	t.Helper()
	profile, ok := simulator.ProfileNamed(s.profile)
	if !ok {
		t.Fatalf("no profile %q", s.profile)
	}
	_, pages := lab.Play(t, lab.Scenario{Target: s.target(t, g), Engine: profile, Incidents: g.incidents, For: g.lasts, Scrape: time.Minute, Seed: uint64(i + 1)})
	return pages
}

// record plays everything into a server and evaluates the shipped rules over it.
func record(t *testing.T, dir string, how lab.Ingestion, since time.Duration) *lab.Server {
	t.Helper()
	s, err := lab.Open(dir, "../../alerts/gpu.rules.yml", "../../alerts/firsttoken.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	var played, ingested time.Duration
	for n, x := range subjects() {
		for i, g := range x.segments {
			if g.ago > since {
				continue
			}
			began := now().Add(-g.ago)
			in := ingester{db: s.DB, how: how, began: began, instance: "prober-" + string(rune('0'+n)) + ":9977", subject: x.name}
			start := time.Now()
			pages := x.play(t, n*10+i, g)
			played += time.Since(start)
			start = time.Now()
			in.shift = began.Sub(simulatedStart())
			for _, p := range pages {
				if err := in.page(t.Context(), p); err != nil {
					t.Fatal(err)
				}
			}
			ingested += time.Since(start)
		}
		if err := hardware(t.Context(), s, n, x, since); err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now()
	evaluateRules(t.Context(), t, s, since)
	t.Log("played for", played, "ingested for", ingested, "evaluated rules for", time.Since(start))
	return s
}

// simulatedStart is where the clock of testing/synctest begins.
func simulatedStart() time.Time { return time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC) }

// evaluateRules is coarse in the quiet hours and fine in the last six.
func evaluateRules(ctx context.Context, t *testing.T, s *lab.Server, since time.Duration) {
	t.Helper()
	spans := []struct {
		from, to, step time.Duration
	}{{weekAgo, weekAgo - 3*time.Hour, 4 * time.Minute}, {dayAgo, 7 * time.Hour, 4 * time.Minute}, {7 * time.Hour, 0, 2 * time.Minute}}
	for _, p := range spans {
		if p.from > since+time.Hour {
			continue
		}
		if err := s.EvaluateEvery(ctx, now().Add(-p.from), now().Add(-p.to), p.step); err != nil {
			t.Fatal(err)
		}
	}
}
