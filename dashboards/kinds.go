package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/bargauge"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/heatmap"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

func lastValue() common.ReduceDataOptions {
	return common.ReduceDataOptions{Values: new(false), Calcs: []string{"lastNotNull"}, Fields: new("")}
}

func legend(calcs ...string) common.VizLegendOptions {
	l := common.VizLegendOptions{
		DisplayMode: common.LegendDisplayModeList, Placement: common.LegendPlacementBottom,
		ShowLegend: true, Calcs: calcs,
	}
	if len(calcs) > 0 {
		l.DisplayMode = common.LegendDisplayModeTable
		return l
	}
	l.Calcs = []string{}
	return l
}

func tooltip() common.VizTooltipOptions {
	return common.VizTooltipOptions{Mode: common.TooltipDisplayModeMulti, Sort: common.SortOrderDescending}
}

// tile shows the present values as numbers. Only values with thresholds have a colour.
func tile(title string, d about, queries ...query) panel {
	o := stat.NewOptions()
	o.GraphMode, o.ColorMode = common.BigValueGraphModeNone, common.BigValueColorModeValue
	o.Orientation, o.ReduceOptions = common.VizOrientationAuto, lastValue()
	for i := range queries {
		queries[i].instant = true
		if queries[i].legend != "" { // left to itself, Grafana drops the name of a single value
			o.TextMode = common.BigValueTextModeValueAndName
		}
	}
	p := newPanel("stat", title, d, o).size(3, 5).queries(queries...)
	p.FieldConfig.Defaults.Color = &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdThresholds}
	return p
}

// graph draws lines over time.
func graph(title string, d about, queries ...query) panel {
	p := newPanel("timeseries", title, d, timeseries.Options{Legend: legend(), Tooltip: tooltip()}).queries(queries...)
	p.FieldConfig.Defaults.Custom = curve(0)
	return p
}

// stack draws areas on top of each other: parts of a whole.
func stack(title string, d about, queries ...query) panel {
	p := graph(title, d, queries...)
	c := curve(60)
	c.Stacking = &common.StackingConfig{Mode: new(common.StackingModeNormal), Group: new("A")}
	p.FieldConfig.Defaults.Custom = c
	return p
}

func curve(fill float64) *common.GraphFieldConfig {
	return &common.GraphFieldConfig{
		DrawStyle: new(common.GraphDrawStyleLine), LineWidth: new(1.5), FillOpacity: &fill,
		LineInterpolation: new(common.LineInterpolationLinear), SpanNulls: &common.BoolOrFloat64{Bool: new(false)},
		ShowPoints: new(common.VisibilityModeAuto), PointSize: new(4.0),
		AxisPlacement: new(common.AxisPlacementAuto), AxisColorMode: new(common.AxisColorModeText),
		ScaleDistribution: &common.ScaleDistributionConfig{Type: common.ScaleDistributionLinear},
		Stacking:          &common.StackingConfig{Mode: new(common.StackingModeNone), Group: new("A")},
	}
}

// fromZero starts the axis at 0 and lets it grow.
func (p panel) fromZero() panel {
	if c, ok := p.FieldConfig.Defaults.Custom.(*common.GraphFieldConfig); ok {
		c.AxisSoftMin = new(0.0)
	}
	return p
}

// summarised puts the last and the highest value of each line in the legend.
func (p panel) summarised() panel {
	if o, ok := p.Options.(timeseries.Options); ok {
		o.Legend = legend("lastNotNull", "max")
		p.Options = o
	}
	return p
}

// states draws the state of something over time, a row for each series.
func states(title string, d about, queries ...query) panel {
	p := newPanel("state-timeline", title, d, statetimeline.Options{
		ShowValue: common.VisibilityModeNever, RowHeight: 0.8, MergeValues: new(true),
		AlignValue: new(common.TimelineValueAlignmentLeft), Legend: legend(), Tooltip: tooltip(),
	}).size(24, 7).queries(queries...)
	p.FieldConfig.Defaults.Custom = statetimeline.FieldConfig{LineWidth: new(uint32(0)), FillOpacity: new(uint32(80))}
	p.FieldConfig.Defaults.Color = &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdThresholds}
	return p
}

// ranking draws a bar for the present value of each series, greatest first where the query sorts.
func ranking(title string, d about, queries ...query) panel {
	for i := range queries {
		queries[i].instant = true
	}
	return newPanel("bargauge", title, d, bargauge.Options{
		DisplayMode: common.BarGaugeDisplayModeBasic, ValueMode: common.BarGaugeValueModeText,
		NamePlacement: common.BarGaugeNamePlacementLeft, Orientation: common.VizOrientationHorizontal,
		ShowUnfilled: true, Sizing: common.BarGaugeSizingAuto, MinVizWidth: 8, MinVizHeight: 16, MaxVizHeight: 300,
		ReduceOptions: lastValue(), Legend: common.VizLegendOptions{
			DisplayMode: common.LegendDisplayModeHidden, Placement: common.LegendPlacementBottom, Calcs: []string{},
		},
	}).queries(queries...)
}

// density draws a histogram over time.
func density(title string, d about, h histogram, unit string) panel {
	q := query{expr: h.cells(), legend: "{{le}}", format: prometheus.PromQueryFormatHeatmap, interval: "1m"}
	p := newPanel("heatmap", title, d, heatmap.Options{
		Calculate: new(false), CellGap: new(uint8(1)), ShowValue: common.VisibilityModeNever,
		Color: heatmap.HeatmapColorOptions{
			Mode: new(heatmap.HeatmapColorModeScheme), Scheme: "Oranges", Fill: "dark-orange", Exponent: 0.5, Steps: 64,
			Scale: new(heatmap.HeatmapColorScaleExponential),
		},
		YAxis:        heatmap.YAxisConfig{Unit: &unit, AxisPlacement: new(common.AxisPlacementLeft)},
		RowsFrame:    &heatmap.RowsHeatmapOptions{Layout: new(common.HeatmapCellLayoutAuto)},
		FilterValues: &heatmap.FilterValueRange{Le: new(float32(1e-9))},
		Tooltip:      heatmap.HeatmapTooltip{Mode: common.TooltipDisplayModeSingle, YHistogram: new(false)},
		Exemplars:    heatmap.ExemplarConfig{Color: "rgba(255,0,255,0.7)"},
	}).queries(q)
	p.MaxDataPoints = new(120.0)
	return p.unit(unit)
}
