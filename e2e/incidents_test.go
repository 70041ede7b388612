// Package e2e holds the shipped rules to what they promise, on the real Prometheus libraries.
package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/e2e/lab"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

func ruleFiles() []string {
	return []string{"../alerts/gpu.rules.yml", "../alerts/firsttoken.rules.yml"}
}

// promise is an alert that an incident has to fire, and how long after the incident's start at most.
type promise struct {
	alert  string
	slo    string // label, where the alert has it
	within time.Duration
}

type incident struct {
	name      string
	calm      time.Duration // before it
	goes      time.Duration // from its start to the end
	what      []simulator.Incident
	available float64 // objective; 0 is the default of 99 %
	lag       time.Duration
	promises  []promise
}

// Baselines are of the same hours yesterday, so that a regression needs a day before it.
const day = 28 * time.Hour

// settling is how long before an incident rules are evaluated at least. The raw series of the day
// before are all there; what is recorded of them and read again reaches no further back than this,
// but for the error budget and the fastest fifth of the day.
const settling = 3 * time.Hour

func incidents() []incident {
	return []incident{
		{
			name: "slow prefill", calm: time.Hour, goes: time.Hour,
			what:     []simulator.Incident{{Kind: simulator.SlowPrefill, Factor: 100}},
			promises: []promise{{"SLOBurnFast", "ttft", 45 * time.Minute}},
		},
		{
			name: "prefill a little slower", calm: day, goes: 2 * time.Hour,
			what:     []simulator.Incident{{Kind: simulator.SlowPrefill, Factor: 15}},
			promises: []promise{{"TTFTRegression", "", time.Hour}},
		},
		{
			name: "KV cache shrinks", calm: time.Hour, goes: 90 * time.Minute,
			what:     []simulator.Incident{{Kind: simulator.SmallKV, Factor: 0.02}},
			promises: []promise{{"PrefixCacheShortfall", "", time.Hour}},
		},
		{
			name: "one request in twenty fails, promised 99.9 %", calm: time.Hour, goes: 2 * time.Hour, available: 0.999,
			what:     []simulator.Incident{{Kind: simulator.Errors, Ratio: 0.05, Status: "500"}},
			promises: []promise{{"SLOBurnFast", "availability", 90 * time.Minute}},
		},
		{
			name: "one request in twenty fails, promised 99 %", calm: time.Hour, goes: 10 * time.Hour,
			what:     []simulator.Incident{{Kind: simulator.Errors, Ratio: 0.05, Status: "500"}},
			promises: []promise{{"SLOBurnSlow", "availability", 8 * time.Hour}},
		},
		{
			name: "another, slower model", calm: day, goes: time.Hour,
			what: []simulator.Incident{
				{Kind: simulator.ModelSwap, Model: "m-turbo", Fingerprint: "fp_other"},
				{Kind: simulator.SlowPrefill, Factor: 8},
			},
			promises: []promise{{"TTFTRegressionAfterRevision", "", time.Hour}},
		},
		{
			name: "every stream stalls", calm: time.Hour, goes: time.Hour,
			what:     []simulator.Incident{{Kind: simulator.Stall, Ratio: 1, Pause: model.Duration(10 * time.Minute)}},
			promises: []promise{{"TargetDown", "", 10 * time.Minute}, {"SLOBurnFast", "availability", 30 * time.Minute}},
		},
		{
			name: "the prober starves", calm: time.Hour, goes: 30 * time.Minute, lag: 500 * time.Millisecond,
			promises: []promise{{"ProberLagging", "", 10 * time.Minute}, {"TargetDoubtful", "", 5 * time.Minute}},
		},
	}
}

// TestIncidents plays each incident once and lets two servers look at it, one that ingests classic
// histograms and one that ingests native ones.
func TestIncidents(t *testing.T) {
	for _, i := range incidents() {
		t.Run(i.name, func(t *testing.T) {
			if testing.Short() && i.calm == day {
				t.Skip("plays more than a day; not with -short")
			}
			start, pages := lab.Play(t, i.scenario(t))
			from := start.Add(max(0, i.calm-settling))
			for name, how := range ingestions() {
				t.Run(name, func(t *testing.T) { i.judge(t, start, look(t, how, from, start.Add(i.calm+i.goes), pages)) })
			}
		})
	}
}

// TestQuiet is as long as the longest incident.
func TestQuiet(t *testing.T) {
	i := incident{name: "quiet", calm: day, goes: 2 * time.Hour}
	if testing.Short() {
		i.calm = 2 * time.Hour
	}
	start, pages := lab.Play(t, i.scenario(t))
	for name, how := range ingestions() {
		t.Run(name, func(t *testing.T) {
			from := start
			if how == lab.Native {
				from = start.Add(max(0, i.calm-settling)) // the hours in which the longest incident is looked at
			}
			fired := look(t, how, from, start.Add(i.calm+i.goes), pages)
			if names := namesOf(fired); !slices.Equal(names, []string{"FirsttokenWatchdog"}) {
				t.Errorf("fired %v, want the watchdog alone", names)
			}
		})
	}
}

func ingestions() map[string]lab.Ingestion {
	return map[string]lab.Ingestion{"classic": lab.Classic, "native": lab.Native}
}

func (i incident) scenario(t *testing.T) lab.Scenario {
	t.Helper()
	target, err := prober.DefaultTarget(prober.ProfileWatch)
	if err != nil {
		t.Fatal(err)
	}
	target.Name, target.Model = "kimi", "m"
	target.SLOs[slo.TTFT] = slo.Objective{Ratio: 0.95, Threshold: 2}
	if i.available > 0 {
		target.SLOs[slo.Availability] = slo.Objective{Ratio: i.available}
	}
	engine, ok := simulator.ProfileNamed("together")
	if !ok {
		t.Fatal("no such profile")
	}
	for k := range i.what {
		i.what[k].At = model.Duration(i.calm)
	}
	s := lab.Scenario{Target: target, Engine: engine, Incidents: i.what, For: i.calm + i.goes, Scrape: 30 * time.Second, Seed: 1}
	if i.lag > 0 {
		s.Observer = func(next prober.Observer) prober.Observer { return late{next, i.calm, i.lag, time.Now()} }
	}
	return s
}

// late tells the metrics that every turn came later than it was due, as a starved process would.
type late struct {
	next  prober.Observer
	after time.Duration
	by    time.Duration
	start time.Time
}

func (l late) Observe(e prober.Event) {
	if r, ok := e.(prober.Result); ok && time.Since(l.start) > l.after {
		r.Scheduled = r.Scheduled.Add(-l.by)
		e = r
	}
	l.next.Observe(e)
}

func look(t *testing.T, how lab.Ingestion, from, to time.Time, pages []lab.Page) []lab.Firing {
	t.Helper()
	s := serve(t)
	if err := s.Ingest(t.Context(), how, pages...); err != nil {
		t.Fatal(err)
	}
	if err := s.Evaluate(t.Context(), from, to); err != nil {
		t.Fatal(err)
	}
	fired, err := s.Fired(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	legible(t, s)
	return fired
}

func serve(t *testing.T) *lab.Server {
	t.Helper()
	s, err := lab.Open(t.TempDir(), ruleFiles()...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// legible holds what was sent to Alertmanager to templates that found their values.
func legible(t *testing.T, s *lab.Server) {
	t.Helper()
	seen := map[string]bool{}
	for _, a := range s.Sent() {
		text := a.Annotations.String()
		for _, bad := range []string{"<error", "no value", "NaN", "{{"} {
			if strings.Contains(text, bad) && !seen[a.Labels.Get("alertname")] {
				seen[a.Labels.Get("alertname")] = true
				t.Errorf("%s: annotations have %q: %s", a.Labels.Get("alertname"), bad, text)
			}
		}
	}
}

func (i incident) judge(t *testing.T, start time.Time, fired []lab.Firing) {
	t.Helper()
	began := start.Add(i.calm)
	for _, f := range fired {
		if f.Name() != "FirsttokenWatchdog" && f.First().Before(began) {
			t.Errorf("%s fired %s before anything happened", f.Labels, began.Sub(f.First()))
		}
	}
	for _, p := range i.promises {
		after, ok := p.kept(began, fired)
		if !ok {
			t.Errorf("%s %s did not fire; what did: %v", p.alert, p.slo, namesOf(fired))
			continue
		}
		t.Logf("%s %s fired after %s, promised %s", p.alert, p.slo, after, p.within)
		if after > p.within {
			t.Errorf("%s %s fired after %s, promised %s", p.alert, p.slo, after, p.within)
		}
	}
	t.Log("all that fired:", namesOf(fired))
}

func (p promise) kept(began time.Time, fired []lab.Firing) (after time.Duration, ok bool) {
	for _, f := range fired {
		if f.Name() != "Firsttoken"+p.alert || p.slo != "" && f.Labels.Get("slo") != p.slo {
			continue
		}
		if d := f.First().Sub(began); !ok || d < after {
			after, ok = d, true
		}
	}
	return after, ok
}

func namesOf(fired []lab.Firing) []string {
	var names []string
	for _, f := range fired {
		name := f.Name()
		if s := f.Labels.Get("slo"); s != "" {
			name = fmt.Sprintf("%s{%s}", name, s)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
