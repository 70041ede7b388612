package dashboards

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
)

// every panel of a dashboard, those of collapsed rows included.
func every(d Dashboard) []dashboard.Panel {
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

// complaints about one panel; see the package comment for where they come from.
func complaints(p dashboard.Panel, asked []prometheus.Dataquery) []string {
	var all []string
	need := func(ok bool, what string) {
		if !ok {
			all = append(all, what)
		}
	}
	body := *p.Description
	need(strings.Contains(body, "\n\nMoves when: ") && strings.Contains(body, "\n\nMetric: `"), "its description says what it means, why it moves, and its metric")
	need(p.PluginVersion != nil && *p.PluginVersion >= "11.1", "a pluginVersion, or an XY chart is read as the old format")
	need(variableSource(p.Datasource), "the data source that the reader chose")
	need(len(asked) > 0, "a query")
	f := p.FieldConfig.Defaults
	need(f.Unit != nil && *f.Unit != "", "a unit")
	need(f.NoValue != nil && *f.NoValue != "", "words for no data")
	need(len(f.Mappings) > 0 && f.Mappings[0].SpecialValueMap != nil, "words for NaN")
	budget := strings.Contains(strings.ToLower(*p.Title), "budget left")
	need(!budget || f.Min == nil, "no minimum: an overspent budget is below 0")
	if o, ok := p.Options.(*stat.Options); ok {
		need(o.Orientation != "", "an orientation, or only its first series is drawn")
		named := slices.ContainsFunc(asked, func(q prometheus.Dataquery) bool { return *q.LegendFormat != "" })
		need(!named || o.TextMode == common.BigValueTextModeValueAndName, "names with its values, or whose value it is stays untold")
	}
	for _, q := range asked {
		need(variableSource(q.Datasource), "the chosen data source on query "+*q.RefId)
		need(!strings.Contains(q.Expr, "NaN"), "no NaN in "+*q.RefId)
		need(*q.Instant != *q.Range, "either an instant or a range for "+*q.RefId)
		need(!regexp.MustCompile(`le="`).MatchString(q.Expr), "no bucket by its bound: servers spell them differently, and native histograms have none")
	}
	return all
}

func variableSource(s *dashboard.DataSourceRef) bool {
	return s != nil && s.Uid != nil && *s.Uid == "${datasource}" && s.Type != nil && *s.Type == "prometheus"
}

func TestPanels(t *testing.T) {
	for _, d := range All() {
		for _, p := range every(d) {
			for _, c := range complaints(p, queries(t, p)) {
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
		{func(*panel) {}, ""}, // the panel is fine as it is
		{func(p *panel) { p.Description = ptr("x") }, "its description"},
		{func(p *panel) { p.PluginVersion = nil }, "a pluginVersion"},
		{func(p *panel) { p.PluginVersion = ptr("10.4.0") }, "a pluginVersion"}, // read as the old format
		{func(p *panel) { p.Datasource.Uid = ptr("ddyfngn31dg5cf") }, "the data source"},
		{func(p *panel) { p.Targets = nil }, "a query"},
		{func(p *panel) { p.FieldConfig.Defaults.Unit = nil }, "a unit"},
		{func(p *panel) { p.FieldConfig.Defaults.NoValue = nil }, "words for no data"},
		{func(p *panel) { p.FieldConfig.Defaults.Mappings = nil }, "words for NaN"},
		{func(p *panel) { p.FieldConfig.Defaults.Min = ptr(0.0) }, "no minimum"},
		{func(p *panel) { p.Options.(*stat.Options).Orientation = "" }, "an orientation"},
		{func(p *panel) { p.Options.(*stat.Options).TextMode = common.BigValueTextModeAuto }, "names"}, // hides the name of a single value
	} {
		p := good()
		c.spoil(&p)
		got := complaints(p.Panel, queries(t, p.Panel))
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want)) {
			t.Errorf("want %q, got %q", c.want, got)
		}
	}
}

// TestPlaces: ids are unique, nothing overlaps or leaves the grid, and references are A, B, C.
func TestPlaces(t *testing.T) {
	for _, d := range All() {
		ids, taken := map[uint32]string{}, map[string]string{}
		id := func(n uint32, title string) {
			if other, ok := ids[n]; ok || n == 0 {
				t.Errorf("%s: %q and %q have the id %d", *d.Title, other, title, n)
			}
			ids[n] = title
		}
		occupy := func(g *dashboard.GridPos, title string) {
			if g.X+g.W > columns || g.W == 0 || g.H == 0 {
				t.Errorf("%s, %s: %+v is not on the grid", *d.Title, title, *g)
			}
			for x := g.X; x < g.X+g.W; x++ {
				for y := g.Y; y < g.Y+g.H; y++ {
					cell := fmt.Sprint(x, ",", y)
					if other, ok := taken[cell]; ok {
						t.Fatalf("%s: %q overlaps %q", *d.Title, title, other)
					}
					taken[cell] = title
				}
			}
		}
		for _, p := range d.Panels {
			if p.RowPanel != nil {
				id(p.RowPanel.Id, *p.RowPanel.Title)
				occupy(p.RowPanel.GridPos, *p.RowPanel.Title)
				continue
			}
			occupy(p.Panel.GridPos, *p.Panel.Title)
		}
		for _, p := range every(d) {
			id(*p.Id, *p.Title)
			for i, q := range queries(t, p) {
				if *q.RefId != string(rune('A'+i)) {
					t.Errorf("%s, %s: reference %s is number %d", *d.Title, *p.Title, *q.RefId, i)
				}
			}
		}
	}
}

// quantileName is one of the colours that are set wherever quantiles may be drawn.
func quantileName(name string) bool {
	return name == "p50" || name == "p95" || name == "p99" || name == "mean"
}

// TestOverridesFindTheirSeries: an override by name or reference that matches nothing is a typo.
func TestOverridesFindTheirSeries(t *testing.T) {
	for _, d := range All() {
		for _, p := range every(d) {
			names := map[string]bool{}
			for _, q := range queries(t, p) {
				names[*q.LegendFormat], names["ref "+*q.RefId] = true, true
			}
			for _, x := range p.Transformations {
				if o, ok := x.Options.(map[string]any); ok && x.Id == "organize" {
					for _, title := range o["renameByName"].(map[string]string) {
						names[title] = true
					}
				}
			}
			for _, o := range p.FieldConfig.Overrides {
				name, _ := o.Matcher.Options.(string)
				closed := names["{{outcome}}"] || names["{{kind}}"] || names["{{reason}}"] || names["{{cache}}"]
				switch {
				case o.Matcher.Id == "byFrameRefID" && !names["ref "+name], o.Matcher.Id == "byName" && !names[name] && !closed && !quantileName(name):
					t.Errorf("%s, %s: nothing is called %q", *d.Title, *p.Title, name)
				}
			}
		}
	}
}
