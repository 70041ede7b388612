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

// forSeries changes the series of that name.
func (p panel) forSeries(name string, properties ...property) panel {
	return p.override("byName", name, properties...)
}

// forQuery changes the series of a query, by its reference.
func (p panel) forQuery(ref string, properties ...property) panel {
	return p.override("byFrameRefID", ref, properties...)
}

// forMatching changes the series whose name matches a regular expression.
func (p panel) forMatching(pattern string, properties ...property) panel {
	return p.override("byRegexp", pattern, properties...)
}

func coloured(colour string) property { return set("color", fixed(colour)) }

// dashed draws a line with dashes and gaps of so many pixels.
func dashed(dash, gap int) property {
	return set("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{dash, gap}})
}

// colours of series by their names.
type colours map[string]string

// coloursOf fixes the colours of a closed set of names.
func (p panel) coloursOf(c colours) panel {
	for _, name := range slices.Sorted(maps.Keys(c)) {
		p = p.forSeries(name, coloured(c[name]))
	}
	return p
}

// quantileColours are the same wherever quantiles are drawn.
func (p panel) quantileColours() panel {
	return p.coloursOf(colours{"p50": colourP50, "p95": colourP95, "p99": colourP99, "mean": colourMean})
}

// limit draws a query as a dashed line without filling: an objective, a cap.
func (p panel) limit(ref string) panel {
	return p.forQuery(ref, coloured(colourLimit), dashed(10, 10),
		set("custom.lineWidth", 1), set("custom.fillOpacity", 0),
		set("custom.stacking", map[string]any{"mode": "none", "group": "limit"}))
}

// shareOfObjective shows a query as a percentage of what an objective asks for.
func (p panel) shareOfObjective(ref string, t *dashboard.ThresholdsConfig) panel {
	return p.forQuery(ref, set("unit", "percentunit"), set("decimals", 0), set("thresholds", t))
}

// rightAxis gives a query an axis of its own.
func (p panel) rightAxis(ref, unit, label string) panel {
	return p.forQuery(ref, set("custom.axisPlacement", "right"), set("unit", unit), set("custom.axisLabel", label))
}
