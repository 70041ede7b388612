package draw

import (
	"context"
	_ "embed"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/firsttoken/firsttoken/e2e/grafana"
)

// Size of the grid's cells in pixels, much as Grafana's.
const (
	cellWidth  = 66
	cellHeight = 38
	gap        = 8
	titleLine  = 26
)

//go:embed page.html
var head string

// Page evaluates a dashboard and draws it as one HTML page. It also returns the page's height.
func Page(ctx context.Context, v *grafana.View, d grafana.Dashboard, note string) (page string, height int, err error) {
	marks, err := v.Marks(ctx, d)
	if err != nil {
		return "", 0, err
	}
	var b strings.Builder
	b.WriteString(strings.Replace(head, "TITLE", html.EscapeString(d.Title), 1))
	writeTop(&b, v, d, note)
	b.WriteString(`<div class="grid">`)
	bottom := 0
	for _, p := range v.Layout(ctx, d) {
		bottom = max(bottom, (p.GridPos.Y+p.GridPos.H)*cellHeight-gap)
		if err := writePanel(ctx, &b, v, p, marks); err != nil {
			return "", 0, fmt.Errorf("%s: %w", p.Title, err)
		}
	}
	fmt.Fprintf(&b, `</div><div style="position:absolute;top:%dpx;height:1px;width:1px"></div>`, bottom+80)
	return b.String(), bottom + 90, nil
}

// writeTop writes the title and the variables.
func writeTop(b *strings.Builder, v *grafana.View, d grafana.Dashboard, note string) {
	fmt.Fprintf(b, `<div class="top"><b>%s</b><span>%s</span></div><div class="vars">`,
		html.EscapeString(d.Title), html.EscapeString(note))
	for _, x := range d.Templating.List {
		if x.Type != "datasource" {
			fmt.Fprintf(b, "<i>%s: %s</i>", html.EscapeString(x.Label), html.EscapeString(shown(x, v.Values[x.Name])))
		}
	}
	b.WriteString("</div>")
}

// shown is the value of a variable as its box shows it.
func shown(x grafana.Variable, value string) string {
	switch {
	case x.IncludeAll && (value == ".*" || strings.HasPrefix(value, "(")):
		return "All"
	case x.Type == "custom":
		return x.Current.Text
	}
	return value
}

func writePanel(
	ctx context.Context, b *strings.Builder, v *grafana.View, p grafana.Panel, marks []grafana.Mark,
) error {
	x, y := p.GridPos.X*cellWidth, p.GridPos.Y*cellHeight
	w, h := p.GridPos.W*cellWidth-gap, p.GridPos.H*cellHeight-gap
	if p.Type == "row" {
		fmt.Fprintf(b, `<div class="row" style="left:%dpx;top:%dpx">▾ %s</div>`, x, y, html.EscapeString(p.Title))
		return nil
	}
	var found []grafana.Series
	for _, q := range p.Targets {
		s, err := v.Ask(ctx, p, q)
		if err != nil {
			return err
		}
		found = append(found, s...)
	}
	body, err := panel{
		Panel: p, found: found, when: span{v.From(p), v.At}, width: w, height: h - titleLine, marks: marks,
	}.body()
	fmt.Fprintf(b, `<div class="panel" style="left:%dpx;top:%dpx;width:%dpx;height:%dpx"><h3>%s</h3>%s</div>`,
		x, y, w, h, html.EscapeString(v.Fill(p.Title, time.Minute)), body)
	return err
}

// panel is a panel with its results and the space that it has.
type panel struct {
	grafana.Panel
	found         []grafana.Series
	when          span
	width, height int
	marks         []grafana.Mark
}

func (p panel) body() (string, error) {
	if len(p.found) == 0 {
		return `<div class="none">` + html.EscapeString(p.FieldConfig.Defaults.NoValue) + `</div>`, nil
	}
	switch p.Type {
	case "stat":
		return p.tiles(), nil
	case "table":
		return p.table(), nil
	case "timeseries":
		return p.lines(), nil
	case "state-timeline":
		return p.states(), nil
	case "bargauge":
		return p.bars(), nil
	case "heatmap":
		return p.heatmap(), nil
	case "xychart":
		return p.scatter(), nil
	}
	return "", fmt.Errorf("no drawing for %s", p.Type)
}
