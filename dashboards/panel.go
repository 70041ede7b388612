package dashboards

import (
	"hash/fnv"

	"github.com/grafana/grafana-foundation-sdk/go/cog/variants"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// pluginVersion is written on every panel. Without it, or where it is below 11.1, Grafana takes XY
// charts to be in an older format and migrates them, which breaks them.
const pluginVersion = "11.6.0"

// noTraffic is what an idle panel says. NaN says it too, should one come through.
const noTraffic = "No traffic"

// panel is a panel of Grafana and its size on a grid of 24 columns.
type panel struct {
	dashboard.Panel
	width, height uint32
}

// newPanel is a panel of a kind of Grafana's, a third of the grid wide, with the description behind its i.
func newPanel(kind, title string, d about, options any) panel {
	body := d.means + "\n\nMoves when: " + d.moves + "\n\nMetric: `" + d.metric + "`"
	return panel{width: 8, height: 8, Panel: dashboard.Panel{
		Type: kind, Title: &title, Description: &body, Id: new(identify(title)), PluginVersion: new(pluginVersion),
		Datasource: source(), Transparent: new(false), Options: options,
		FieldConfig: &dashboard.FieldConfigSource{
			Defaults: dashboard.FieldConfig{
				Unit: new("short"), NoValue: new(noTraffic), Thresholds: steps(colourPlain),
				Mappings: []dashboard.ValueMapping{noValueMapping(noTraffic)},
				Color:    &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdPaletteClassic},
			},
			Overrides: []dashboard.DashboardFieldConfigSourceOverrides{},
		},
	}}
}

// about is the text behind a panel's i: what it means, why it moves, and the metrics it is made of.
type about struct{ means, moves, metric string }

// identify makes the id from the title, so that a link to a panel survives others being moved.
func identify(title string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(title))
	return h.Sum32()%999_999 + 1
}

// noValueMapping maps null and NaN to words.
func noValueMapping(words string) dashboard.ValueMapping {
	return dashboard.ValueMapping{SpecialValueMap: &dashboard.SpecialValueMap{
		Type: dashboard.MappingTypeSpecialValue,
		Options: dashboard.DashboardSpecialValueMapOptions{
			Match:  dashboard.SpecialValueMatchNullAndNan,
			Result: dashboard.ValueMappingResult{Text: &words, Color: new(colourPlain)},
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

// noData is what the panel says where there is no data, in place of noTraffic.
func (p panel) noData(text string) panel {
	p.FieldConfig.Defaults.NoValue = &text
	p.FieldConfig.Defaults.Mappings[0] = noValueMapping(text)
	return p
}

// thresholds colour the values.
func (p panel) thresholds(t *dashboard.ThresholdsConfig) panel {
	p.FieldConfig.Defaults.Thresholds = t
	p.FieldConfig.Defaults.Color = &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdThresholds}
	return p
}

// share is for shares of a whole: from 0 to 100 %.
func (p panel) share() panel {
	p.FieldConfig.Defaults.Min, p.FieldConfig.Defaults.Max = new(0.0), new(1.0)
	return p.unit("percentunit")
}

// valueName is what a panel shows in place of a number.
type valueName struct{ value, text, colour string }

// valueNames replaces numbers by text and colour; the legend lists them in this order.
func (p panel) valueNames(names ...valueName) panel {
	options := map[string]dashboard.ValueMappingResult{}
	for i, n := range names {
		options[n.value] = dashboard.ValueMappingResult{Text: &n.text, Color: &n.colour, Index: new(int32(i))}
	}
	p.FieldConfig.Defaults.Mappings = append(p.FieldConfig.Defaults.Mappings, dashboard.ValueMapping{
		ValueMap: &dashboard.ValueMap{Type: dashboard.MappingTypeValueToText, Options: options},
	})
	return p
}

func (p panel) linked(links ...dashboard.DashboardLink) panel {
	p.FieldConfig.Defaults.Links = links
	return p
}

// repeated draws the panel once for each value of a variable.
func (p panel) repeated(variable string, perRow float64) panel {
	p.Repeat, p.RepeatDirection, p.MaxPerRow = &variable, new(dashboard.PanelRepeatDirectionH), &perRow
	return p
}

// query is one expression of a panel. Tables and tiles ask for an instant, the rest for a range.
type query struct {
	expr, legend string
	format       prometheus.PromQueryFormat
	instant      bool
	exemplars    bool
	interval     string // shortest step
}

func ask(expr, legend string) query {
	return query{expr: expr, legend: legend, format: prometheus.PromQueryFormatTimeSeries}
}

// queries are added with the references A, B, C and on.
func (p panel) queries(queries ...query) panel {
	for _, q := range queries {
		p.Targets = append(p.Targets, q.target(string(rune('A'+len(p.Targets)))))
	}
	return p
}

func (q query) target(ref string) variants.Dataquery {
	t := prometheus.Dataquery{
		RefId: &ref, Datasource: source(), EditorMode: new(prometheus.QueryEditorModeCode), Expr: promql(q.expr),
		Format: &q.format, LegendFormat: &q.legend,
		Instant: new(q.instant), Range: new(!q.instant), Exemplar: new(q.exemplars),
	}
	if q.interval != "" {
		t.Interval = &q.interval
	}
	return t
}
