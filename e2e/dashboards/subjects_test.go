package dashboards

import (
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/e2e/promlab"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// segment is a stretch of one load: the prober is restarted between segments with another set-point.
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

// The quiet hours are those before the steps of load and those a week ago.
const (
	weekAgo   = 7*24*time.Hour + 90*time.Minute
	dayAgo    = 26 * time.Hour
	stepsFrom = 6 * time.Hour
)

// week has some hours a week ago, a quiet day, and six hours in which the load is raised step by step and incidents
// happen:
//
//	−7d … −26h … −6h    80k TPM, nothing happens
//	−6h −5h −4h −3h     250k, 500k, 1M, 2M
//	−2h … now           500k; at −100m the first target's prefill slows down with a new revision
//	                    at −80m the second throttles and cuts streams, at −70m the third loses its cache
func week(incidents ...simulator.Incident) []segment {
	all := []segment{{ago: weekAgo, lasts: 3 * time.Hour, tpm: 80_000}}
	if testing.Short() { // what panels compare with, and the last hours before the steps
		all = append(all,
			segment{ago: dayAgo, lasts: 3 * time.Hour, tpm: 80_000},
			segment{ago: 9 * time.Hour, lasts: 9*time.Hour - stepsFrom, tpm: 80_000})
	} else {
		all = append(all, segment{ago: dayAgo, lasts: dayAgo - stepsFrom, tpm: 80_000})
	}
	return append(all,
		segment{ago: 6 * time.Hour, lasts: time.Hour, tpm: 250_000},
		segment{ago: 5 * time.Hour, lasts: time.Hour, tpm: 500_000},
		segment{ago: 4 * time.Hour, lasts: time.Hour, tpm: 1_000_000},
		segment{ago: 3 * time.Hour, lasts: time.Hour, tpm: 2_000_000},
		segment{ago: 2 * time.Hour, lasts: 2 * time.Hour, tpm: 500_000, incidents: incidents},
	)
}

func minutes(n int) model.Duration { return model.Duration(time.Duration(n) * time.Minute) }

func subjects() []subject {
	cached := 0.2
	kimi := prober.Prices{Input: 1.2, Cached: &cached, Output: 4.5}
	const k26 = "moonshotai/Kimi-K2.6"
	return []subject{
		{first, "together", k26, "together", kimi, 2, week(
			simulator.Incident{At: minutes(20), For: minutes(55), Kind: simulator.SlowPrefill, Factor: 40},
			simulator.Incident{
				At: minutes(20), Kind: simulator.ModelSwap, Model: "moonshotai/Kimi-K2.7", Fingerprint: "fp_b2f1",
			},
			simulator.Incident{At: minutes(20), For: minutes(40), Kind: simulator.WrongRecall, Ratio: 0.3},
		)},
		{"kimi-trtllm", "tensorrt-llm", k26, "tensorrt-llm", kimi, 2, week(
			simulator.Incident{At: minutes(40), For: minutes(15), Kind: simulator.Errors, Ratio: 0.5, Status: "503"},
			simulator.Incident{At: minutes(45), For: minutes(20), Kind: simulator.Truncate, Ratio: 0.2},
		)},
		{"kimi-sglang", "sglang", k26, "sglang", kimi, 7, week(
			simulator.Incident{At: minutes(50), For: minutes(30), Kind: simulator.NoCache},
			simulator.Incident{
				At: minutes(55), For: minutes(10), Kind: simulator.Stall, Ratio: 0.3,
				Pause: model.Duration(8 * time.Second),
			},
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

// play runs one segment in simulated time.
func (s subject) play(t *testing.T, seed int, g segment) []promlab.Page {
	t.Helper()
	profile, ok := simulator.ProfileNamed(s.profile)
	if !ok {
		t.Fatalf("no profile %q", s.profile)
	}
	_, pages := promlab.Play(t, promlab.Scenario{
		Target: s.target(t, g), Engine: profile, Incidents: g.incidents,
		For: g.lasts, Scrape: time.Minute, Seed: uint64(seed + 1),
	})
	return pages
}
