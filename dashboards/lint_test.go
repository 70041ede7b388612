package dashboards

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
)

// every panel of a dashboard, those of collapsed rows included.
func every(d model) []dashboard.Panel {
	var all []dashboard.Panel
	for _, p := range d.Panels {
		if p.RowPanel != nil {
			all = append(all, p.RowPanel.Panels...)
			continue
		}
		all = append(all, *p.Panel)
	}
	return all
}

func queries(t *testing.T, p dashboard.Panel) []prometheus.Dataquery {
	t.Helper()
	var all []prometheus.Dataquery
	for _, target := range p.Targets {
		q, ok := target.(prometheus.Dataquery)
		if !ok {
			t.Fatalf("%s asks something that is not Prometheus: %T", *p.Title, target)
		}
		all = append(all, q)
	}
	return all
}

// complaints collects what a panel needs and does not have; see the package comment for where the
// needs come from.
type complaints []string

func (c *complaints) need(ok bool, what string) {
	if !ok {
		*c = append(*c, what)
	}
}

func lint(p dashboard.Panel, asked []prometheus.Dataquery) complaints {
	var c complaints
	moves, metric := strings.Index(*p.Description, "\n\nMoves when: "), strings.Index(*p.Description, "\n\nMetric: `")
	c.need(0 < moves && moves < metric, "its description says what it means, why it moves, and its metric")
	c.need(fromVersion(p.PluginVersion, 11, 1), "a pluginVersion, or an XY chart is read as the old format")
	c.need(variableSource(p.Datasource), "the data source that the reader chose")
	c.need(len(asked) > 0, "a query")
	f := p.FieldConfig.Defaults
	c.need(f.Unit != nil && *f.Unit != "", "a unit")
	c.need(f.NoValue != nil && *f.NoValue != "", "words for no data")
	c.need(len(f.Mappings) > 0 && f.Mappings[0].SpecialValueMap != nil, "words for NaN")
	budget := strings.Contains(strings.ToLower(*p.Title), "budget left")
	c.need(!budget || f.Min == nil, "no minimum: an overspent budget is below 0")
	if o, ok := p.Options.(*stat.Options); ok {
		c.lintStat(o, asked)
	}
	for _, q := range asked {
		c.lintQuery(q)
	}
	return c
}

func (c *complaints) lintStat(o *stat.Options, asked []prometheus.Dataquery) {
	c.need(o.Orientation != "", "an orientation, or only its first series is drawn")
	named := slices.ContainsFunc(asked, func(q prometheus.Dataquery) bool { return *q.LegendFormat != "" })
	c.need(!named || o.TextMode == common.BigValueTextModeValueAndName, "names beside its values")
}

func (c *complaints) lintQuery(q prometheus.Dataquery) {
	c.need(variableSource(q.Datasource), "the chosen data source on query "+*q.RefId)
	c.need(!strings.Contains(q.Expr, "NaN"), "no NaN in "+*q.RefId)
	c.need(*q.Instant != *q.Range, "either an instant or a range for "+*q.RefId)
	// Servers spell a bucket's bound differently, and native histograms have none.
	c.need(!strings.Contains(q.Expr, `le="`), "no bucket by its bound in "+*q.RefId)
}

// fromVersion says whether a version of Grafana is at least major.minor.
func fromVersion(version *string, major, minor int) bool {
	if version == nil {
		return false
	}
	var gotMajor, gotMinor int
	if _, err := fmt.Sscanf(*version, "%d.%d", &gotMajor, &gotMinor); err != nil {
		return false
	}
	return gotMajor > major || gotMajor == major && gotMinor >= minor
}

func TestFromVersion(t *testing.T) {
	for _, row := range []struct {
		version string
		want    bool
	}{
		{version: "11.1.0", want: true},
		{version: "11.10.0", want: true}, // ten is more than one
		{version: "12.0.0", want: true},
		{version: "11.0.9", want: false},
		{version: "9.0", want: false}, // though "9" is more than "1"
		{version: "10.4.0", want: false},
		{version: "", want: false},
	} {
		if got := fromVersion(&row.version, 11, 1); got != row.want {
			t.Errorf("%q is from 11.1 on: %t", row.version, got)
		}
	}
}

func variableSource(s *dashboard.DataSourceRef) bool {
	return s != nil && s.Uid != nil && *s.Uid == "${datasource}" && s.Type != nil && *s.Type == "prometheus"
}

func TestPanels(t *testing.T) {
	for _, d := range all() {
		for _, p := range every(d) {
			for _, c := range lint(p, queries(t, p)) {
				t.Errorf("%s, %s: needs %s", *d.Title, *p.Title, c)
			}
		}
	}
}

// TestComplaints: each rule of the lint is able to complain.
func TestComplaints(t *testing.T) {
	good := func() panel {
		return tile("Budget left", about{"means", "moves", "metric"}, ask("up", "x")).unit("s")
	}
	for _, c := range []struct {
		spoil func(p *panel)
		want  string
	}{
		{spoil: func(*panel) {}, want: ""}, // the panel is fine as it is
		{spoil: func(p *panel) { p.Description = new("x") }, want: "its description"},
		{spoil: func(p *panel) { p.PluginVersion = nil }, want: "a pluginVersion"},
		{spoil: func(p *panel) { p.PluginVersion = new("9.0") }, want: "a pluginVersion"}, // read as the old format
		{spoil: func(p *panel) { p.Datasource.Uid = new("ddyfngn31dg5cf") }, want: "the data source"},
		{spoil: func(p *panel) { p.Targets = nil }, want: "a query"},
		{spoil: func(p *panel) { p.FieldConfig.Defaults.Unit = nil }, want: "a unit"},
		{spoil: func(p *panel) { p.FieldConfig.Defaults.NoValue = nil }, want: "words for no data"},
		{spoil: func(p *panel) { p.FieldConfig.Defaults.Mappings = nil }, want: "words for NaN"},
		{spoil: func(p *panel) { p.FieldConfig.Defaults.Min = new(0.0) }, want: "no minimum"},
		{spoil: func(p *panel) { p.Options.(*stat.Options).Orientation = "" }, want: "an orientation"},
		// Grafana hides the name of a single value.
		{spoil: func(p *panel) { p.Options.(*stat.Options).TextMode = common.BigValueTextModeAuto }, want: "names"},
	} {
		p := good()
		c.spoil(&p)
		got := lint(p.Panel, queries(t, p.Panel))
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want)) {
			t.Errorf("want %q, got %q", c.want, got)
		}
	}
}
