package dashboards

import (
	"maps"
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// property is one setting of an override.
type property = dashboard.DynamicConfigValue

func set(id string, value any) property { return property{Id: id, Value: value} }

func (p panel) override(matcher, options string, properties ...property) panel {
	p.FieldConfig.Overrides = append(p.FieldConfig.Overrides, dashboard.DashboardFieldConfigSourceOverrides{
		Matcher: dashboard.MatcherConfig{Id: matcher, Options: options}, Properties: properties,
	})
	return p
}

// named changes the series of that name, query those of a query by its reference, like those whose
// name matches.
func (p panel) named(name string, properties ...property) panel {
	return p.override("byName", name, properties...)
}

func (p panel) query(ref string, properties ...property) panel {
	return p.override("byFrameRefID", ref, properties...)
}

func (p panel) like(pattern string, properties ...property) panel {
	return p.override("byRegexp", pattern, properties...)
}

func coloured(colour string) property { return set("color", fixed(colour)) }

// coloursOf fixes the colours of a closed set of names.
func (p panel) coloursOf(colours map[string]string) panel {
	for _, name := range slices.Sorted(maps.Keys(colours)) {
		p = p.named(name, coloured(colours[name]))
	}
	return p
}

// quantileColours are the same wherever quantiles are drawn.
func (p panel) quantileColours() panel {
	return p.coloursOf(map[string]string{"p50": colourP50, "p95": colourP95, "p99": colourP99, "mean": colourMean})
}

// limit draws a query as a dashed line without filling: an objective, a cap.
func (p panel) limit(ref string) panel {
	return p.query(ref, coloured(colourLimit),
		set("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{10, 10}}),
		set("custom.lineWidth", 1), set("custom.fillOpacity", 0), set("custom.stacking", map[string]any{"mode": "none", "group": "limit"}))
}

// rightAxis gives a query an axis of its own.
func (p panel) rightAxis(ref, unit, label string) panel {
	return p.query(ref, set("custom.axisPlacement", "right"), set("unit", unit), set("custom.axisLabel", label))
}
