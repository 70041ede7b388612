package board

import (
	"context"
	"fmt"
	"html"
	"sort"
	"strings"
	"time"
)

// Size of the grid's cells in pixels, much as Grafana's.
const (
	cellWidth  = 66
	cellHeight = 38
	gap        = 8
)

const head = `<!doctype html><meta charset="utf-8"><title>%s</title><style>
body{margin:0;background:#111217;color:#ccccdc;font:12px/1.35 "DejaVu Sans",sans-serif;width:1600px;position:relative}
.top{padding:10px 16px}.top b{font-size:17px;color:#fff}.top span{color:#8e8ea0;margin-left:12px}
.vars{padding:0 16px 6px;color:#9fa7b3}.vars i{font-style:normal;background:#22252b;border-radius:2px;padding:2px 6px;margin-right:8px;display:inline-block;margin-bottom:4px}
.grid{position:relative;margin:0 8px}
.panel{position:absolute;background:#181b1f;border:1px solid #25272e;border-radius:3px;overflow:hidden;box-sizing:border-box}
.panel>h3{font-size:12px;font-weight:600;margin:5px 8px 2px;white-space:nowrap;overflow:hidden}
.row{position:absolute;font-weight:600;font-size:14px;color:#dfe0ea;padding-top:8px}
.stat{display:flex;flex-direction:column;justify-content:center;align-items:center;height:calc(100%% - 24px)}
.stat div{text-align:center}.stat .n{font-size:11px;color:#9fa7b3}.stat .v{font-weight:600}
table{border-collapse:collapse;width:100%%;font-size:12px}th{text-align:left;color:#6e9fff;font-weight:500;padding:4px 6px;border-bottom:1px solid #2c2f36;white-space:nowrap}td{padding:4px 6px;border-bottom:1px solid #22252b;white-space:nowrap}td.r{text-align:right}
.legend{position:absolute;bottom:4px;left:8px;right:8px;height:32px;overflow:hidden;font-size:11px;line-height:16px}.legend span{margin-right:12px;white-space:nowrap}.legend i{display:inline-block;width:12px;height:3px;margin-right:4px;vertical-align:middle}
.none{display:flex;height:calc(100%% - 30px);align-items:center;justify-content:center;color:#8e8ea0;font-size:14px}
svg text{fill:#9fa7b3;font-size:10px}
</style>`

// Draw evaluates a dashboard and draws it as one HTML page. It also returns the page's height.
func (v *View) Draw(ctx context.Context, d Dashboard, note string) (string, int, error) {
	var b strings.Builder
	fmt.Fprintf(&b, head, html.EscapeString(d.Title))
	fmt.Fprintf(&b, `<div class="top"><b>%s</b><span>%s</span></div><div class="vars">`, html.EscapeString(d.Title), html.EscapeString(note))
	for _, x := range d.Templating.List {
		if x.Type != "datasource" {
			fmt.Fprintf(&b, "<i>%s: %s</i>", html.EscapeString(x.Label), html.EscapeString(shown(x, v.Values[x.Name])))
		}
	}
	b.WriteString(`</div><div class="grid">`)
	marks, err := v.marks(ctx, d)
	if err != nil {
		return "", 0, err
	}
	bottom := 0
	for _, p := range v.unfolded(ctx, d) {
		x, y := p.GridPos.X*cellWidth, p.GridPos.Y*cellHeight
		w, h := p.GridPos.W*cellWidth-gap, p.GridPos.H*cellHeight-gap
		bottom = max(bottom, y+h)
		if p.Type == "row" {
			fmt.Fprintf(&b, `<div class="row" style="left:%dpx;top:%dpx">▾ %s</div>`, x, y, html.EscapeString(p.Title))
			continue
		}
		body, err := v.body(ctx, p, w, h-26, marks)
		if err != nil {
			return "", 0, fmt.Errorf("%s: %w", p.Title, err)
		}
		fmt.Fprintf(&b, `<div class="panel" style="left:%dpx;top:%dpx;width:%dpx;height:%dpx"><h3>%s</h3>%s</div>`,
			x, y, w, h, html.EscapeString(v.Fill(p.Title, time.Minute)), body)
	}
	fmt.Fprintf(&b, `</div><div style="position:absolute;top:%dpx;height:1px;width:1px"></div>`, bottom+80)
	return b.String(), bottom + 90, nil
}

func shown(x Variable, value string) string {
	switch {
	case x.IncludeAll && (value == ".*" || strings.HasPrefix(value, "(")):
		return "All"
	case x.Type == "custom":
		return x.Current.Text
	}
	return value
}

// unfolded opens collapsed rows, repeats what repeats, and moves the rest down.
func (v *View) unfolded(ctx context.Context, d Dashboard) []Panel {
	var all []Panel
	shift := 0
	for _, p := range d.Panels {
		p.GridPos.Y += shift
		if p.Repeat == "" {
			all = append(all, p)
		} else {
			all = append(all, v.repeats(ctx, d, p)...)
		}
		if p.Type == "row" && p.Collapsed {
			bottom := p.GridPos.Y + 1
			for _, inner := range p.Panels {
				inner.GridPos.Y += shift
				bottom = max(bottom, inner.GridPos.Y+inner.GridPos.H)
				all = append(all, inner)
			}
			shift += bottom - p.GridPos.Y - 1
		}
	}
	return all
}

func (v *View) repeats(ctx context.Context, d Dashboard, p Panel) []Panel {
	for _, x := range d.Templating.List {
		if x.Name != p.Repeat {
			continue
		}
		options, err := v.options(ctx, x)
		if err != nil || len(options) == 0 {
			return []Panel{p}
		}
		var all []Panel
		for i, o := range options {
			one := p
			one.Title = strings.ReplaceAll(p.Title, "$"+p.Repeat, o)
			one.GridPos.W = 24 / len(options)
			one.GridPos.X = i * one.GridPos.W
			one.Targets = append([]Query(nil), p.Targets...)
			for j := range one.Targets {
				one.Targets[j].Expr = strings.ReplaceAll(one.Targets[j].Expr, "$"+p.Repeat, o)
			}
			all = append(all, one)
		}
		return all
	}
	return []Panel{p}
}

// mark is an annotation at an instant.
type mark struct {
	at     time.Time
	colour string
}

// marks are where annotations begin.
func (v *View) marks(ctx context.Context, d Dashboard) ([]mark, error) {
	var all []mark
	for _, a := range d.Annotations.List {
		found, err := v.Ask(ctx, Panel{}, Query{Expr: a.Target.Expr, Interval: a.Target.Interval})
		if err != nil {
			return nil, fmt.Errorf("annotation %s: %w", a.Name, err)
		}
		for _, s := range found {
			for i, at := range s.At {
				if i == 0 || at.Sub(s.At[i-1]) > 10*time.Minute {
					all = append(all, mark{at, hex(a.IconColor)})
				}
			}
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].at.Before(all[j].at) })
	return all, nil
}

func (v *View) body(ctx context.Context, p Panel, w, h int, marks []mark) (string, error) {
	var found []Series
	for _, q := range p.Targets {
		s, err := v.Ask(ctx, p, q)
		if err != nil {
			return "", err
		}
		found = append(found, s...)
	}
	if len(found) == 0 {
		return `<div class="none">` + html.EscapeString(p.FieldConfig.Defaults.NoValue) + `</div>`, nil
	}
	span := span{v.At.Add(-v.Range), v.At}
	if p.TimeFrom != "" {
		span.from = time.Date(v.At.Year(), v.At.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	switch p.Type {
	case "stat":
		return tiles(p, found), nil
	case "table":
		return Table(p, found).html(p), nil
	case "timeseries":
		return lines(p, found, span, w, h, marks), nil
	case "state-timeline":
		return states(p, found, span, w, h), nil
	case "bargauge":
		return bars(p, found, w, h), nil
	case "heatmap":
		return cells(p, found, span, w, h), nil
	case "xychart":
		return dots(p, found, w, h), nil
	}
	return "", fmt.Errorf("no drawing for %s", p.Type)
}
