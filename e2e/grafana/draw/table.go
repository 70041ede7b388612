package draw

import (
	"fmt"
	"html"
	"math"
	"strings"

	"github.com/firsttoken/firsttoken/e2e/grafana"
)

// table draws a table panel.
func (p panel) table() string {
	rows := grafana.Table(p.Panel, p.found)
	var b strings.Builder
	b.WriteString("<table><tr>")
	for _, c := range rows.Columns {
		fmt.Fprintf(&b, "<th>%s</th>", html.EscapeString(c))
	}
	b.WriteString("</tr>")
	for _, row := range rows.Cells {
		b.WriteString("<tr>")
		for i, c := range row {
			b.WriteString(cell(c, p.Field(rows.Columns[i], "")))
		}
		b.WriteString("</tr>")
	}
	return b.String() + "</table>"
}

func cell(c grafana.Cell, f grafana.Field) string {
	switch {
	case c.Kind == grafana.Label:
		return "<td>" + html.EscapeString(c.Text) + "</td>"
	case c.Kind == grafana.Empty || math.IsNaN(c.Number):
		return `<td class="r">` + html.EscapeString(f.NoValue) + "</td>"
	}
	style := ""
	colour := hex(f.Threshold(c.Number))
	if f.Custom.CellOptions.Type == "color-background" && colour != "transparent" {
		style = fmt.Sprintf(` style="background:%s;color:#111"`, colour)
	}
	return fmt.Sprintf(`<td class="r"%s>%s</td>`, style, html.EscapeString(f.Text(c.Number)))
}
