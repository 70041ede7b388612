// Package e2e tests what the shipped rules promise, on the real Prometheus libraries.
package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/e2e/promlab"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

func ruleFiles() []string {
	return []string{"../alerts/gpu.rules.yml", "../alerts/firsttoken.rules.yml"}
}

// promise is an alert that has to fire within a time after the start of an incident.
type promise struct {
	alert  string
	slo    string // label, where the alert has it
	within time.Duration
}

type incident struct {
	name      string
	calm      time.Duration // before its start
	goes      time.Duration // from its start to the end
	what      []simulator.Incident
	available float64 // objective; 0 is the default of 99 %
	lag       time.Duration
	promises  []promise
}

// day is how long a target runs before an incident that makes it slower than its own past. Two weeks that were like it
// are made up.
const day = 28 * time.Hour

// settling is for how long rules are evaluated before an incident. The raw series of the whole day before are there.
// Rules that read recorded series look back no further than this, except for the error budget and the fastest fifth of
// the day.
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
			promises: []promise{{"TargetDown", "", 5 * time.Minute}}, // which explains the objectives
		},
		{
			name: "the prober starves", calm: time.Hour, goes: 30 * time.Minute, lag: 500 * time.Millisecond,
			promises: []promise{{"ProberLagging", "", 10 * time.Minute}, {"TargetDoubtful", "", 5 * time.Minute}},
		},
	}
}

// TestIncidents plays each incident once and evaluates the rules on two servers: one ingests classic histograms and one
// native ones.
func TestIncidents(t *testing.T) {
	for _, i := range incidents() {
		t.Run(i.name, func(t *testing.T) {
			if testing.Short() && i.calm == day {
				t.Skip("-short leaves out what plays more than a day: `make e2e-long` plays it")
			}
			start, pages := promlab.Play(t, i.scenario(t))
			from := start.Add(max(0, i.calm-settling))
			for name, how := range ingestions() {
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					var past []*promlab.Series
					if i.calm == day {
						past = pastOf(t, how, start.Add(i.calm-time.Minute), pages)
					}
					i.judge(t, start, evaluate(t, how, from, start.Add(i.calm+i.goes), pages, past...))
				})
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
	start, pages := promlab.Play(t, i.scenario(t))
	for name, how := range ingestions() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := start
			if how == promlab.Native {
				from = start.Add(max(0, i.calm-settling)) // the hours in which the longest incident is looked at
			}
			fired := evaluate(t, how, from, start.Add(i.calm+i.goes), pages)
			if names := namesOf(fired); !slices.Equal(names, []string{"FirsttokenWatchdog"}) {
				t.Errorf("fired %v, want the watchdog alone", names)
			}
		})
	}
}

func ingestions() map[string]promlab.Ingestion {
	return map[string]promlab.Ingestion{"classic": promlab.Classic, "native": promlab.Native}
}

func (i incident) scenario(t *testing.T) promlab.Scenario {
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
	s := promlab.Scenario{
		Target: target, Engine: engine, Incidents: i.what,
		For: i.calm + i.goes, Scrape: 30 * time.Second, Seed: 1,
	}
	if i.lag > 0 {
		s.Observer = func(next prober.Observer) prober.Observer { return late{next, i.calm, i.lag, time.Now()} }
	}
	return s
}

// late makes every turn start later than it was scheduled, as a starved process would.
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

// evaluate ingests pages, evaluates the rules over them and returns the alerts that fired. The past is what rules
// recorded before.
func evaluate(
	t *testing.T, how promlab.Ingestion, from, to time.Time, pages []promlab.Page, past ...*promlab.Series,
) []promlab.Firing {
	t.Helper()
	s := serve(t)
	if len(past) > 0 {
		remember(t, s, from, past)
	}
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
	checkTexts(t, s)
	return fired
}

func serve(t *testing.T) *promlab.Server {
	t.Helper()
	return promlab.Serve(t, ruleFiles()...)
}

// checkTexts checks that the templates of sent alerts found their values.
func checkTexts(t *testing.T, s *promlab.Server) {
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

// judge compares the alerts that fired with what the incident promises.
func (i incident) judge(t *testing.T, start time.Time, fired []promlab.Firing) {
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

func (p promise) kept(began time.Time, fired []promlab.Firing) (after time.Duration, ok bool) {
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

func namesOf(fired []promlab.Firing) []string {
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
