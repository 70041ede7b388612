// Package dashboards holds the shipped Grafana dashboards to a recorded week of the prober and the simulator: it runs
// every query of every panel on the real Prometheus engine, and draws the pictures of the documentation.
package dashboards

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/prometheus/tsdb"

	"github.com/firsttoken/firsttoken/e2e/grafana"
	"github.com/firsttoken/firsttoken/e2e/promlab"
)

var keep = flag.String("data", "", "folder that keeps the recorded week from one run to the next, for work on panels")

// first is the target that has something of everything: incidents, hot GPUs, Together's layers.
const first = "kimi-together"

// now is the instant at which the dashboards are looked at. The prober starts at the beginning of simulated time, and
// its pages are moved here.
func now() time.Time { return time.Date(2026, time.November, 20, 14, 0, 0, 0, time.UTC) }

// simulatedStart is where the clock of testing/synctest begins.
func simulatedStart() time.Time { return time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC) }

// recorded is the week in a server with classic histograms. The first test that needs it records it.
var recorded struct {
	sync.Once
	db *tsdb.DB
}

func classicWeek(t *testing.T) *tsdb.DB {
	t.Helper()
	recorded.Do(func() {
		if *keep == "" {
			recorded.db = recordTemporarily(t)
		} else {
			recorded.db = recordOrReopen(t, *keep)
		}
	})
	if recorded.db == nil {
		t.Fatal("the week could not be recorded")
	}
	return recorded.db
}

// recordTemporarily records a week that other tests use too, so that its folder is not a test's own. The database
// keeps it in memory after its folder is gone.
func recordTemporarily(t *testing.T) *tsdb.DB {
	t.Helper()
	dir, err := os.MkdirTemp("", "firsttoken-week-") //nolint:usetesting // it has to outlive this test
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	return record(t, dir, promlab.Classic, 8*24*time.Hour).DB
}

func recordOrReopen(t *testing.T, dir string) *tsdb.DB {
	t.Helper()
	mark := filepath.Join(dir, "complete")
	if _, err := os.Stat(mark); err == nil {
		s, err := promlab.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		return s.DB
	}
	db := record(t, dir, promlab.Classic, 8*24*time.Hour).DB
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Error(err)
	}
	return db
}

// record plays everything since then into a server and evaluates the shipped rules over it.
func record(t *testing.T, dir string, how promlab.Ingestion, since time.Duration) *promlab.Server {
	t.Helper()
	s, err := promlab.Open(dir, "../../alerts/gpu.rules.yml", "../../alerts/firsttoken.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for n, x := range subjects() {
		for i, g := range x.segments {
			if g.ago <= since {
				recordSegment(t, s, how, n, i)
			}
		}
		if err := recordGPUs(t.Context(), s, n, x, since); err != nil {
			t.Fatal(err)
		}
	}
	played := time.Since(began)
	evaluateRules(t.Context(), t, s, since)
	t.Log("played for", played, "and evaluated rules for", time.Since(began)-played)
	return s
}

// recordSegment plays the ith segment of the nth target.
func recordSegment(t *testing.T, s *promlab.Server, how promlab.Ingestion, n, i int) {
	t.Helper()
	x := subjects()[n]
	g := x.segments[i]
	began := now().Add(-g.ago)
	in := ingester{
		server: s, how: how, began: began, shift: began.Sub(simulatedStart()),
		instance: fmt.Sprintf("prober-%d:9977", n), subject: x.name,
	}
	for _, p := range x.play(t, n*10+i, g) {
		if err := in.page(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
}

// evaluateRules takes long steps in the quiet hours and short ones in the last six.
func evaluateRules(ctx context.Context, t *testing.T, s *promlab.Server, since time.Duration) {
	t.Helper()
	for _, p := range []struct {
		from, to, step time.Duration // before now
	}{
		{weekAgo, weekAgo - 3*time.Hour, 4 * time.Minute},
		{dayAgo, 7 * time.Hour, 4 * time.Minute},
		{7 * time.Hour, 0, 2 * time.Minute},
	} {
		if p.from > since+time.Hour {
			continue
		}
		if err := s.EvaluateEvery(ctx, now().Add(-p.from), now().Add(-p.to), p.step); err != nil {
			t.Fatal(err)
		}
	}
}

// shipped are the dashboards in dashboards/json.
func shipped(t *testing.T) []grafana.Dashboard {
	t.Helper()
	all, err := grafana.LoadAll("../../dashboards/json")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 5 {
		t.Fatalf("%d dashboards, want 5", len(all))
	}
	return all
}

// open opens a dashboard on the recorded week. A dashboard about a single target shows the given one.
func open(t *testing.T, d grafana.Dashboard, at time.Time, target string, chosen map[string]string) *grafana.View {
	t.Helper()
	values := map[string]string{}
	maps.Copy(values, chosen)
	for _, x := range d.Templating.List {
		if x.Name == "target" && !x.IncludeAll {
			values["target"] = target
		}
	}
	v, err := grafana.Open(t.Context(), classicWeek(t), d, at, values)
	if err != nil {
		t.Fatalf("%s: %v", d.UID, err)
	}
	return v
}
