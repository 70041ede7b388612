package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// column is one query of a table: one value for each row.
type column struct {
	title, expr, unit string
	decimals          float64
	thresholds        *dashboard.ThresholdsConfig // background by threshold; nil leaves it plain
}

// heading is a column that shows a label.
type heading struct{ label, title string }

// tableOf is a table of instant queries, joined on the labels that all of them have. rows are these
// labels and others of the first query, in the order of the columns.
func tableOf(title string, d about, rows []heading, columns ...column) panel {
	o := table.Options{ShowHeader: true, CellHeight: new(common.TableCellHeightSm)}
	p := newPanel("table", title, d, o).size(24, 8)
	p.FieldConfig.Defaults.Custom = table.FieldConfig{
		Align: common.FieldTextAlignmentAuto, Inspect: false, CellOptions: plainCell(),
	}
	p.FieldConfig.Defaults.Color = &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdThresholds}
	p = p.noData("–")
	rename, order, hide := map[string]string{}, map[string]int{}, map[string]bool{"Time": true}
	for i, r := range rows {
		rename[r.label], order[r.label] = r.title, i
	}
	for i, c := range columns {
		q := ask(c.expr, "")
		q.instant, q.format = true, prometheus.PromQueryFormatTable
		p = p.queries(q)
		field := valueField(i, len(columns))
		order[field] = len(rows) + i
		if c.title == "" {
			hide[field] = true // a query that only brings labels
			continue
		}
		rename[field] = c.title
		p = p.column(c)
	}
	p.Transformations = []dashboard.DataTransformerConfig{
		{Id: "merge", Options: map[string]any{}},
		{Id: "organize", Options: map[string]any{"excludeByName": hide, "indexByName": order, "renameByName": rename}},
	}
	return p
}

// valueField is what Grafana calls the values of a table's query: by its reference, unless it is alone.
func valueField(i, queries int) string {
	if queries == 1 {
		return "Value"
	}
	return fmt.Sprintf("Value #%c", 'A'+i)
}

func (p panel) column(c column) panel {
	properties := []property{set("unit", c.unit), set("decimals", c.decimals)}
	if c.thresholds != nil {
		properties = append(properties, set("thresholds", c.thresholds), set("custom.cellOptions", colouredCell()))
	}
	return p.forSeries(c.title, properties...)
}

func plainCell() *common.TableCellOptions {
	return &common.TableCellOptions{
		TableAutoCellOptions: &common.TableAutoCellOptions{Type: common.TableCellDisplayModeAuto},
	}
}

func colouredCell() *common.TableCellOptions {
	return &common.TableCellOptions{TableColoredBackgroundCellOptions: &common.TableColoredBackgroundCellOptions{
		Type: common.TableCellDisplayModeColorBackground,
		Mode: new(common.TableCellBackgroundDisplayModeBasic),
	}}
}

func (p panel) sortedBy(title string, descending bool) panel {
	if o, ok := p.Options.(table.Options); ok {
		o.SortBy = []common.TableSortByFieldState{{DisplayName: title, Desc: &descending}}
		p.Options = o
	}
	return p
}
