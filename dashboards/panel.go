package dashboards

import (
	"hash/fnv"

	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// pluginVersion is written on every panel; before 11.1, and without it, Grafana migrates XY charts
// from a format that these are not in.
const pluginVersion = "11.6.0"

// noTraffic is what an idle panel says. NaN says it too, should one come through.
const noTraffic = "No traffic"

// panel is one of Grafana's and its size on a grid of 24 columns.
type panel struct {
	dashboard.Panel
	width, height uint32
}

// newPanel describes itself by what it means, why it moves, and the metric it is made of.
func newPanel(kind, title string, d about, options any) panel {
	body := d.means + "\n\nMoves when: " + d.moves + "\n\nMetric: `" + d.metric + "`"
	return panel{width: 8, height: 8, Panel: dashboard.Panel{
		Type: kind, Title: &title, Description: &body, Id: ptr(identify(title)), PluginVersion: ptr(pluginVersion),
		Datasource: source(), Transparent: ptr(false), Options: options,
		FieldConfig: &dashboard.FieldConfigSource{
			Defaults: dashboard.FieldConfig{
				Unit: ptr("short"), NoValue: ptr(noTraffic), Thresholds: steps(colourPlain), Mappings: []dashboard.ValueMapping{nothing(noTraffic)},
				Color: &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdPaletteClassic},
			},
			Overrides: []dashboard.DashboardFieldConfigSourceOverrides{},
		},
	}}
}

// about is the text behind a panel's i.
type about struct{ means, moves, metric string }

// identify makes the id from the title, so that a link to a panel survives others being moved.
func identify(title string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(title))
	return h.Sum32()%999_999 + 1
}

// nothing maps null and NaN to words.
func nothing(words string) dashboard.ValueMapping {
	return dashboard.ValueMapping{SpecialValueMap: &dashboard.SpecialValueMap{
		Type: dashboard.MappingTypeSpecialValue,
		Options: dashboard.DashboardSpecialValueMapOptions{
			Match:  dashboard.SpecialValueMatchNullAndNan,
			Result: dashboard.ValueMappingResult{Text: &words, Color: ptr(colourPlain)},
		},
	}}
}

func (p panel) size(width, height uint32) panel {
	p.width, p.height = width, height
	return p
}

func (p panel) unit(unit string, decimals ...float64) panel {
	p.FieldConfig.Defaults.Unit = &unit
	if len(decimals) > 0 {
		p.FieldConfig.Defaults.Decimals = &decimals[0]
	}
	return p
}

// otherwise is said where there is no data, in place of noTraffic.
func (p panel) otherwise(text string) panel {
	p.FieldConfig.Defaults.NoValue = &text
	p.FieldConfig.Defaults.Mappings[0] = nothing(text)
	return p
}

// judged colours values by thresholds.
func (p panel) judged(t *dashboard.ThresholdsConfig) panel {
	p.FieldConfig.Defaults.Thresholds = t
	p.FieldConfig.Defaults.Color = &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdThresholds}
	return p
}

func (p panel) between(min, max float64) panel {
	p.FieldConfig.Defaults.Min, p.FieldConfig.Defaults.Max = &min, &max
	return p
}

// words replaces numbers by text and colour.
func (p panel) words(options map[string]dashboard.ValueMappingResult) panel {
	p.FieldConfig.Defaults.Mappings = append(p.FieldConfig.Defaults.Mappings, dashboard.ValueMapping{
		ValueMap: &dashboard.ValueMap{Type: dashboard.MappingTypeValueToText, Options: options},
	})
	return p
}

func word(text, colour string, index int32) dashboard.ValueMappingResult {
	return dashboard.ValueMappingResult{Text: &text, Color: &colour, Index: &index}
}

func (p panel) linked(links ...dashboard.DashboardLink) panel {
	p.FieldConfig.Defaults.Links = links
	return p
}

// repeated draws the panel once for each value of a variable.
func (p panel) repeated(variable string, perRow float64) panel {
	p.Repeat, p.RepeatDirection, p.MaxPerRow = &variable, ptr(dashboard.PanelRepeatDirectionH), &perRow
	return p
}

// query is one expression of a panel. Tables and tiles ask for an instant, the rest for a range.
type query struct {
	expr, legend string
	format       prometheus.PromQueryFormat
	instant      bool
	exemplars    bool
	interval     string // least step
}

func ask(expr, legend string) query {
	return query{expr: expr, legend: legend, format: prometheus.PromQueryFormatTimeSeries}
}

// asked adds queries, whose references are A, B, C and on.
func (p panel) asked(queries ...query) panel {
	for _, q := range queries {
		p.Targets = append(p.Targets, q.target(string(rune('A'+len(p.Targets)))))
	}
	return p
}

func (q query) target(ref string) variants.Dataquery {
	t := prometheus.Dataquery{
		RefId: &ref, Datasource: source(), EditorMode: ptr(prometheus.QueryEditorModeCode), Expr: promql(q.expr),
		Format: &q.format, LegendFormat: &q.legend, Instant: ptr(q.instant), Range: ptr(!q.instant), Exemplar: ptr(q.exemplars),
	}
	if q.interval != "" {
		t.Interval = &q.interval
	}
	return t
}
