package series

import (
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/firsttoken/firsttoken/alerts"
	"github.com/firsttoken/firsttoken/exporter/dcgm"
	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/exporter/series"
)

// metric is what is known of one name: its labels and their values, where these are closed sets.
type metric struct {
	source string
	labels map[string][]string // nil where the labels are not known; no values where any value may come
}

// existing is every metric that something exports or records, by name.
type existing map[string]metric

func everything(t *testing.T) existing {
	t.Helper()
	all := existing{}
	all.addCatalogue(t)
	all.addGPUs(t)
	all.addProcess(t)
	all.addRecords(t)
	for source, names := range external() {
		for _, name := range names {
			all[name] = metric{source: source}
		}
	}
	return all
}

// addCatalogue adds what exporter exports, each histogram in both of its forms.
func (all existing) addCatalogue(t *testing.T) {
	t.Helper()
	families, err := metrics.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	suffixes := map[series.Type][]string{
		series.TypeHistogram: {"_sum", "_count", "_bucket"},
		series.TypeSummary:   {"_sum", "_count"},
	}
	for _, f := range families {
		m := metric{source: "exporter", labels: map[string][]string{"job": nil, "instance": nil}}
		for _, place := range alerts.Defaults().Aggregation { // a Prometheus adds them to all series
			m.labels[place] = nil
		}
		for _, l := range f.Labels {
			m.labels[l.Name] = l.Values
		}
		all[f.Name] = m
		for _, suffix := range suffixes[f.Type] {
			all[f.Name+suffix] = m
		}
	}
}

// addGPUs adds what the DCGM client describes, under its own names and under those of dcgm-exporter up to 4.8.
func (all existing) addGPUs(t *testing.T) {
	t.Helper()
	c, err := dcgm.New(dcgm.Options{
		Hostengines: dcgm.Hostengines{{Name: "node", Address: "localhost:5555"}},
		Interval:    10 * time.Second, SlowInterval: time.Minute, LegacyNames: true,
	}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	all.describe(c, "exporter/dcgm")
}

// addProcess adds the usual series of a Go process.
func (all existing) addProcess(t *testing.T) {
	t.Helper()
	registry, err := metrics.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		all[f.GetName()] = metric{source: "the process"}
	}
}

// describe adds what a collector can ever give. A descriptor tells its name in its text only.
func (all existing) describe(c prometheus.Collector, source string) {
	descriptions := make(chan *prometheus.Desc)
	go func() {
		defer close(descriptions)
		c.Describe(descriptions)
	}()
	name := regexp.MustCompile(`fqName: "([^"]+)"`)
	for d := range descriptions {
		all[name.FindStringSubmatch(d.String())[1]] = metric{source: source}
	}
}

// ruleFiles are the shipped rules.
func ruleFiles() []string {
	return []string{"../../alerts/firsttoken.rules.yml", "../../alerts/gpu.rules.yml"}
}

// rules are the shipped rules as Prometheus reads them.
func rules(t *testing.T) []rulefmt.Rule {
	t.Helper()
	var all []rulefmt.Rule
	for _, name := range ruleFiles() {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		groups, errs := rulefmt.Parse(content, false, model.UTF8Validation, promQL(), slog.New(slog.DiscardHandler))
		if len(errs) > 0 {
			t.Fatal(name, errs)
		}
		for _, g := range groups.Groups {
			all = append(all, g.Rules...)
		}
	}
	return all
}

func (all existing) addRecords(t *testing.T) {
	t.Helper()
	for _, r := range rules(t) {
		if r.Record != "" {
			all[r.Record] = metric{source: "a recording rule"}
		}
	}
}

// TestNothingIsListedInVain: the list of other programs' metrics holds only what something reads, and nothing
// that firsttoken exports by itself.
func TestNothingIsListedInVain(t *testing.T) {
	own, read := existing{}, map[string]bool{}
	own.addCatalogue(t)
	own.addGPUs(t)
	own.addProcess(t)
	own.addRecords(t)
	for _, r := range append(ruleReadings(t), panelReadings(t)...) {
		for _, s := range selectors(t, r) {
			for _, name := range namesOf(s) {
				read[name] = true
			}
		}
	}
	for source, names := range external() {
		for _, name := range names {
			if !read[name] {
				t.Errorf("nothing reads %s of %s", name, source)
			}
			if _, ok := own[name]; ok {
				t.Errorf("%s is listed under %s, but firsttoken provides it", name, source)
			}
		}
	}
	if got := slices.Sorted(maps.Keys(external())); len(got) < 6 {
		t.Errorf("only %v are listed", got)
	}
}
