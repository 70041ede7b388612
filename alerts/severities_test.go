package alerts

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSeverities lists who is woken by what. A change here is one that people feel: it stands in CHANGELOG.md.
func TestSeverities(t *testing.T) {
	want := map[string]string{
		"SLOBurnFast":                 "page endpoint",
		"SLOBurnSlow":                 "ticket endpoint",
		"SLOBudgetExhausted":          "ticket endpoint",
		"TargetDown":                  "page endpoint",
		"NoAnswer":                    "warning endpoint",
		"TTFTRegression":              "warning endpoint",
		"TTFTRegressionAfterRevision": "warning endpoint",
		"TTFTFarAbove":                "page endpoint",
		"TTFTDoubled":                 "page endpoint",
		"TTFTRegressionAtEqualLoad":   "warning endpoint",
		"TTFTRegressionOfAll":         "warning endpoint",
		"TTFTTail":                    "warning endpoint",
		"LoadNotAchieved":             "ticket endpoint",
		"Throttled":                   "ticket endpoint",
		"OffDialect":                  "warning endpoint",
		"CertificateExpiring":         "warning endpoint",
		"CertificateExpiresSoon":      "ticket endpoint",
		"EngineMetricsGone":           "ticket engine",
		"GPULost":                     "ticket gpu",
		"GPUTelemetryDown":            "ticket gpu",
		"GPUHardwareError":            "ticket gpu",
		"ConfigurationsDiffer":        "ticket prober",
		"ResultsLost":                 "warning prober",
		"TPSDrop":                     "warning endpoint",
		"Saturation":                  "warning endpoint",
		"PrefixCacheShortfall":        "warning endpoint",
		"NotStreamed":                 "warning endpoint",
		"OtherModel":                  "ticket endpoint",
		"CostDisagreement":            "warning endpoint",
		"LoadShort":                   "warning endpoint",
		"EngineKVPressure":            "warning engine",
		"GPUDegradation":              "page gpu",
		"Watchdog":                    "none prober",
		"ProberDown":                  "page prober",
		"ReplicasDisagree":            "ticket prober",
		"NoProbes":                    "ticket prober",
		"TargetMisconfigured":         "ticket prober",
		"ProberLocalFault":            "ticket prober",
		"CalibrationBounded":          "ticket prober",
		"ProbeBudgetExhausted":        "ticket prober",
		"ProberLagging":               "warning prober",
		"ProberUntrustworthy":         "warning prober",
		"TargetDoubtful":              "none prober",
		"ConfigReloadFailed":          "ticket prober",
		"DiscoveryFailing":            "ticket prober",
	}
	for _, r := range Alerts(Defaults()) {
		name := strings.TrimPrefix(r.Alert, Prefix)
		if got := string(r.Labels.Severity) + " " + string(r.Labels.Component); got != want[name] {
			t.Errorf("%s is %q, listed as %q", name, got, want[name])
		}
		delete(want, name)
	}
	if len(want) > 0 {
		t.Errorf("listed, but no alerts: %v", slices.Sorted(maps.Keys(want)))
	}
}

// TestSeveritiesAreParameters: only the alert that is named changes.
func TestSeveritiesAreParameters(t *testing.T) {
	p := Defaults()
	p.Severities = map[string]Severity{"FirsttokenTargetDown": Ticket}
	usual := Alerts(Defaults())
	for i, r := range Alerts(p) {
		want := usual[i].Labels.Severity
		if r.Alert == "FirsttokenTargetDown" {
			want = Ticket
		}
		if r.Labels.Severity != want {
			t.Errorf("%s is a %s, want %s", r.Alert, r.Labels.Severity, want)
		}
	}
}

// TestExampleRoutesByLabelsThatExist: what Alertmanager groups, routes and compares by is a label of some alert.
func TestExampleRoutesByLabelsThatExist(t *testing.T) {
	for _, aggregation := range [][]string{{"cluster", "region", "job"}, {"job"}, {"zone", "job"}} {
		p := Defaults()
		p.Aggregation = aggregation
		p.Labels = map[string]Label{"team": {From: "team"}}
		known := slices.Concat(aggregation, []string{"alertname", "target", "slo", "severity", "team", p.Replica})
		example := alertmanager(t, p)
		names := regexp.MustCompile(`(?m)(?:group_by|equal): \[([^\]]*)\]`).FindAllStringSubmatch(example, -1)
		if len(names) < 6 {
			t.Fatalf("only %d lists of labels in\n%s", len(names), example)
		}
		for _, m := range names {
			for label := range strings.SplitSeq(m[1], ", ") {
				if !slices.Contains(known, label) {
					t.Errorf("%v: the example has the label %s, which no alert has", aggregation, label)
				}
			}
		}
		for _, m := range regexp.MustCompile(`(?m)matchers: \[([^\]]*)\]`).FindAllStringSubmatch(example, -1) {
			for matcher := range strings.SplitSeq(m[1], ", ") {
				if label, _, _ := strings.Cut(strings.Trim(matcher, "'"), " "); !slices.Contains(known, label) {
					t.Errorf("%v: the example matches %s, which no alert has", aggregation, label)
				}
			}
		}
		if strings.Count(example, strings.Join(append(aggregation, "target"), ", ")+"]") < 3 {
			t.Errorf("%v: the example does not follow the labels", aggregation)
		}
	}
}

// TestTeamRoute: a route by team is there where alerts have that label, and only there.
func TestTeamRoute(t *testing.T) {
	p := Defaults()
	if got := alertmanager(t, p); strings.Contains(got, "\n    - receiver: team-search") {
		t.Error("there is a route by team, and no alert has that label")
	}
	p.Labels = map[string]Label{"team": {From: "team"}}
	got := alertmanager(t, p)
	for _, want := range []string{"\n    - receiver: team-search", "\n  - name: team-search", "team = search"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q in\n%s", want, got)
		}
	}
}

func alertmanager(t *testing.T, p Parameters) string {
	t.Helper()
	example, err := p.ofShipped(alertmanagerFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(p.withTeam(example))
}

// contents are the files that are written by these parameters.
func contents(t *testing.T, files func(Parameters) ([]File, error), p Parameters) map[string]string {
	t.Helper()
	all, err := files(p)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]string{}
	for _, f := range all {
		by[f.Path] = string(f.Content)
	}
	return by
}
