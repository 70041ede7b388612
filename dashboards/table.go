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
	judged            *dashboard.ThresholdsConfig // background by threshold; nil leaves it plain
	mappings          []dashboard.ValueMapping
}

// grid is a table of instant queries, joined on the labels that all of them have. rows names these
// labels and others of the first query, in the order of the columns, with their titles.
func grid(title string, d about, rows [][2]string, columns ...column) panel {
	p := newPanel("table", title, d, table.Options{ShowHeader: true, CellHeight: ptr(common.TableCellHeightSm)}).size(24, 8)
	p.FieldConfig.Defaults.Custom = table.FieldConfig{Align: common.FieldTextAlignmentAuto, Inspect: false, CellOptions: cell(common.TableCellDisplayModeAuto)}
	p.FieldConfig.Defaults.Color = &dashboard.FieldColor{Mode: dashboard.FieldColorModeIdThresholds}
	p = p.otherwise("–")
	rename, order, hide := map[string]string{}, map[string]int{}, map[string]bool{"Time": true}
	for i, r := range rows {
		rename[r[0]], order[r[0]] = r[1], i
	}
	for i, c := range columns {
		q := ask(c.expr, "")
		q.instant, q.format = true, prometheus.PromQueryFormatTable
		p = p.asked(q)
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
	if c.judged != nil {
		properties = append(properties, set("thresholds", c.judged), set("custom.cellOptions", cell(common.TableCellDisplayModeColorBackground)))
	}
	if c.mappings != nil {
		properties = append(properties, set("mappings", c.mappings))
	}
	return p.named(c.title, properties...)
}

func cell(mode common.TableCellDisplayMode) *common.TableCellOptions {
	if mode == common.TableCellDisplayModeColorBackground {
		return &common.TableCellOptions{TableColoredBackgroundCellOptions: &common.TableColoredBackgroundCellOptions{Type: mode, Mode: ptr(common.TableCellBackgroundDisplayModeBasic)}}
	}
	return &common.TableCellOptions{TableAutoCellOptions: &common.TableAutoCellOptions{Type: mode}}
}

func (p panel) sortedBy(title string, descending bool) panel {
	if o, ok := p.Options.(table.Options); ok {
		o.SortBy = []common.TableSortByFieldState{{DisplayName: title, Desc: &descending}}
		p.Options = o
	}
	return p
}
