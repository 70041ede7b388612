package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/xychart"
)

// scatter draws a dot for each step of the range: where x and y stood then.
func scatter(title string, d about, x, y query) panel {
	x.interval, y.interval = scatterStep, scatterStep
	p := newPanel("xychart", title, d, xychart.Options{
		Mapping: xychart.SeriesMappingManual, Legend: legend(),
		Tooltip: common.VizTooltipOptions{Mode: common.TooltipDisplayModeSingle, Sort: common.SortOrderNone},
		Series: []xychart.XYSeriesConfig{{
			Frame: &xychart.XychartXYSeriesConfigFrame{Matcher: xychart.MatcherConfig{Id: "byIndex", Options: 0}},
			X:     &xychart.XychartXYSeriesConfigX{Matcher: xychart.MatcherConfig{Id: "byName", Options: x.legend}},
			Y:     &xychart.XychartXYSeriesConfigY{Matcher: xychart.MatcherConfig{Id: "byName", Options: y.legend}},
		}},
	}).queries(x, y)
	p.Interval = new(scatterStep)
	p.Transformations = []dashboard.DataTransformerConfig{
		{Id: "joinByField", Options: map[string]any{"byField": "Time", "mode": "outer"}},
	}
	p.FieldConfig.Defaults.Custom = xychart.FieldConfig{
		Show:              new(xychart.XYShowModePoints),
		PointSize:         &xychart.XychartFieldConfigPointSize{Fixed: new(int32(5))},
		FillOpacity:       new(uint32(50)),
		AxisPlacement:     new(common.AxisPlacementAuto),
		ScaleDistribution: &common.ScaleDistributionConfig{Type: common.ScaleDistributionLinear},
	}
	return p.
		forSeries(x.legend, set("unit", "short"),
			set("custom.axisLabel", "tokens per minute"), set("custom.axisSoftMin", 0)).
		forSeries(y.legend, coloured(colourClient), set("custom.axisLabel", y.legend))
}

// scatterStep is the shortest time between two dots: closer ones would be the same requests twice.
const scatterStep = "5m"
