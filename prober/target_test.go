package prober

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/prober/slo"
)

func TestDefaultTargets(t *testing.T) {
	for _, profile := range append(Profiles(), "") {
		got := example("t", profile)
		if profile == "" {
			got.Load.Profile, profile = ProfileWatch, ProfileWatch
		}
		if errs := example("t", profile).Validate(); len(errs) > 0 {
			t.Errorf("%s: defaults are invalid: %v", profile, errs)
		}
		if got.Load.Profile != profile || got.Timeout != model.Duration(5*time.Minute) {
			t.Errorf("%s: profile %q, timeout %s", profile, got.Load.Profile, got.Timeout)
		}
	}
	if tpm := example("t", ProfileSentinel).Load.TokensPerMinute; tpm != 20_000 {
		t.Errorf("a sentinel at %v tokens per minute", tpm)
	}
	if _,
		err := DefaultTarget("sentry"); err == nil || !strings.Contains(err.Error(),
		`unknown profile "sentry": one of sentinel, watch, load`) {
		t.Errorf("error %v", err)
	}
}

func TestValidate(t *testing.T) {
	minus := -1.0
	rows := []struct {
		name   string
		change func(*Target)
		want   string // "" is valid
	}{
		{"as it is", func(*Target) {}, ""},
		{"no name", func(t *Target) { t.Name = "" }, "name: is missing"},
		{ // it is a path segment in pages
			"space in name", func(t *Target) { t.Name = "my target" }, `name: "my target": only letters`,
		},
		{"long name", func(t *Target) { t.Name = strings.Repeat("x", 101) }, "name: 101 characters are more than 100"},
		{"all that a name may have", func(t *Target) { t.Name = "Az09_.:-" }, ""},
		{"label", func(t *Target) { t.Labels = map[string]string{"team": "search"} }, ""},
		{ // two of one name would break the scrape
			"reserved label", func(t *Target) { t.Labels = map[string]string{"model": "x"} }, "labels.model: the name is taken",
		},
		{
			"label of the server's", func(t *Target) { t.Labels = map[string]string{"instance": "x"} },
			"labels.instance: the name is taken",
		},
		{
			"label with dash", func(t *Target) { t.Labels = map[string]string{"my-team": "x"} },
			"labels.my-team: is no label name",
		},
		{ // dropped by Prometheus
			"internal label", func(t *Target) { t.Labels = map[string]string{"__x": "x"} }, "labels.__x: is no label name",
		},
		{"binary label", func(t *Target) { t.Labels = map[string]string{"x": "\xff"} }, "labels.x: the value is not UTF-8"},
		{"endpoint", func(t *Target) { t.URL = "api.together.xyz/v1" }, "url:"}, // the endpoint's own checks are asked
		{"workload", func(t *Target) { t.Workload.Output.Max = -1 }, "workload.output"},
		{"profile", func(t *Target) { t.Load.Profile = "heavy" }, `load.profile: unknown profile "heavy"`},
		{"no load", func(t *Target) { t.Load.TokensPerMinute = 0 }, "load.tokens_per_minute: 0 is not above 0"},
		{"negative load", func(t *Target) { t.Load.TokensPerMinute = -5 }, "load.tokens_per_minute: -5 is not above 0"},
		{"arrivals", func(t *Target) { t.Load.ArrivalShape = 0 }, "load.arrival_shape: 0 is not between 0.1 and 1000"},
		{"in flight", func(t *Target) { t.Load.MaxInFlight = 0 }, "load.max_in_flight: 0 is below 1"},
		{"sessions", func(t *Target) { t.Load.MaxSessions = -1 }, "load.max_sessions: -1 is below 1"},
		{"as many sessions as needed", func(t *Target) { t.Load.MaxSessions = 0 }, ""},
		{"endless load", func(t *Target) { t.Load.Profile = ProfileLoad }, "load.until: is missing"},
		{ // has passed, but that takes a clock
			"load with an end", func(t *Target) { t.Load.Profile, t.Load.Until = ProfileLoad, time.Unix(1, 0) }, "",
		},
		{ // no budget at all
			"ratio of 1", func(t *Target) { t.SLOs[slo.TTFT] = slo.Objective{Ratio: 1, Threshold: 4} },
			"slos.ttft.objective: 100% is not between",
		},
		{
			"ratio of 0", func(t *Target) { t.SLOs[slo.TTFT] = slo.Objective{Threshold: 4} },
			"slos.ttft.objective: 0% is not between",
		},
		{
			"no threshold", func(t *Target) { t.SLOs[slo.TTFT] = slo.Objective{Ratio: 0.95} },
			"slos.ttft.threshold: 0 is not above 0",
		},
		{
			"above the timeout", func(t *Target) { t.SLOs[slo.TTFT] = slo.Objective{Ratio: 0.95, Threshold: 600} },
			"slos.ttft.threshold: 10m is above the longest wait for a first token, 1m",
		},
		{"at the bound", func(t *Target) { t.SLOs[slo.TTFT] = slo.Objective{Ratio: 0.95, Threshold: 60} }, ""},
		{ // tokens, not seconds
			"tps may be above 300", func(t *Target) { t.SLOs[slo.TPS] = slo.Objective{Ratio: 0.95, Threshold: 500} }, "",
		},
		{
			"availability has none", func(t *Target) { t.SLOs[slo.Availability] = slo.Objective{Ratio: 0.9, Threshold: 1} },
			"slos.availability.threshold: availability has no threshold",
		},
		{"unknown slo", func(t *Target) { t.SLOs["ttfb"] = slo.Objective{Ratio: 0.9} }, "slos.ttfb: unknown slo"},
		{"free", func(t *Target) { t.Prices = &Prices{} }, ""}, // one's own hardware
		{"negative price", func(t *Target) { t.Prices = &Prices{Cached: &minus} }, "prices.cached_input: -1 is not a price"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			target := example("t", ProfileWatch)
			r.change(&target)
			errs := target.Validate()
			if r.want == "" && len(errs) > 0 {
				t.Errorf("%v, want no errors", errs)
			}
			if r.want != "" && (len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), r.want)) {
				t.Errorf("%v, want one: %q", errs, r.want)
			}
		})
	}
}

// Hash tells targets apart by all of their contents, and by nothing else.
func TestHash(t *testing.T) {
	price, same := 1.0, 1.0
	base := func() Target {
		t := example("t", ProfileWatch)
		t.Labels = map[string]string{"a": "1", "b": "2", "c": "3"}
		t.Prices = &Prices{Input: 2, Cached: &price}
		t.ExtraBody = map[string]any{"ignore_eos": true, "nvext": map[string]any{"x": 1, "y": []any{"z"}}}
		t.HTTP.Authorization = &config.Authorization{Type: "Bearer", Credentials: "one"}
		t.Load.Until = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
		return t
	}
	rows := []struct {
		name   string
		change func(*Target)
		same   bool
	}{
		{"nothing", func(*Target) {}, true},
		{"another pointer to the same price", func(t *Target) { t.Prices = &Prices{Input: 2, Cached: &same} }, true},
		{"the same end elsewhere", func(t *Target) { t.Load.Until = t.Load.Until.In(time.FixedZone("x", 3600)) }, true},
		{"name", func(t *Target) { t.Name = "u" }, false},
		{"label's value", func(t *Target) { t.Labels["b"] = "3" }, true},
		{"label's name", func(t *Target) { delete(t.Labels, "b"); t.Labels["d"] = "2" }, true},
		{"deep in the extra body", func(t *Target) { t.ExtraBody["nvext"].(map[string]any)["y"] = []any{"Z"} }, false},
		{"type in the extra body", func(t *Target) { t.ExtraBody["ignore_eos"] = "true" }, false},
		{"a number for a truth", func(t *Target) { t.ExtraBody["ignore_eos"] = 1 }, false},
		{"a secret", func(t *Target) { t.HTTP.Authorization.Credentials = "two" }, false}, // marshalled, both are <secret>
		{"price", func(t *Target) { t.Prices.Input = 3 }, false},
		{"no cached price", func(t *Target) { t.Prices.Cached = nil }, false},
		{"paused", func(t *Target) { t.Load.Paused = true }, false},
		{"end", func(t *Target) { t.Load.Until = t.Load.Until.Add(1) }, false},
		{"workload", func(t *Target) { t.Workload.Output.Sigma += 1e-9 }, false},
		{"slo", func(t *Target) { t.SLOs[slo.TTFT] = slo.Objective{Ratio: 0.95, Threshold: 6} }, false},
		{"no slo", func(t *Target) { delete(t.SLOs, slo.Recall) }, false},
		{"what stands behind it", func(t *Target) {
			t.GPUs, t.EngineMetrics, t.DCGMMetrics = []string{"node1"}, []string{"http://h/metrics"},
				[]string{"http://d/metrics"}
		}, true}, // nothing that is sent follows from it
		{"what it is called", func(t *Target) { t.Engine, t.Region, t.Tier = "x", "y", "z" }, true},
		{"two texts", func(t *Target) { t.AnswersAs = []string{"ab", "c"} }, false},
		{"the same letters", func(t *Target) { t.AnswersAs = []string{"a", "bc"} }, false},
		{"header for a header", func(t *Target) { t.SessionHeaders, t.AnswersAs = []string{"x"}, nil }, false},
		{"header for a model", func(t *Target) { t.SessionHeaders, t.AnswersAs = nil, []string{"x"} }, false},
	}
	want := base().Hash()
	seen := map[uint64]string{}
	for _, r := range rows {
		changed := base()
		r.change(&changed)
		h := changed.Hash()
		if (h == want) != r.same {
			t.Errorf("%s: same hash %v, want %v", r.name, h == want, r.same)
		}
		if other, clash := seen[h]; clash && !r.same {
			t.Errorf("%s hashes as %s does", r.name, other)
		}
		seen[h] = r.name
	}
}

// A hash outlives its process: the order of maps must not matter, nor addresses.
func TestHashIsStable(t *testing.T) {
	first := example("t", ProfileWatch)
	first.Labels = map[string]string{}
	for k := range strings.SplitSeq("a b c d e f g h i j k l m", " ") {
		first.Labels[k] = k
	}
	want := first.Hash()
	for range 50 {
		if got := first.Hash(); got != want {
			t.Fatalf("%x, then %x", want, got)
		}
	}
}

func BenchmarkHash(b *testing.B) {
	t := example("t", ProfileWatch)
	b.ReportAllocs()
	for b.Loop() {
		t.Hash()
	}
}
