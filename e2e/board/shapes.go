package board

import (
	"fmt"
	"html"
	"math"
	"sort"
	"strconv"
	"strings"
)

func tiles(p Panel, found []Series) string {
	var b strings.Builder
	b.WriteString(`<div class="stat">`)
	size := 26
	if len(found) > 1 {
		size = 20
	}
	for _, s := range found {
		f := p.with(s.Name, s.Ref)
		colour := hex(f.threshold(s.Last()))
		if _, c, ok := f.mapped(s.Last()); ok {
			colour = hex(c)
		}
		name := ""
		if len(found) > 1 || s.Name != "{}" {
			name = `<div class="n">` + html.EscapeString(s.Name) + `</div>`
		}
		fmt.Fprintf(&b, `<div>%s<div class="v" style="font-size:%dpx;color:%s">%s</div></div>`, name, size, colour, html.EscapeString(f.text(s.Last())))
	}
	return b.String() + "</div>"
}

func states(p Panel, found []Series, when span, w, h int) string {
	const top, foot = 4.0, 52.0
	left := 60.0
	for _, s := range found {
		left = math.Max(left, math.Min(260, float64(len(s.Name))*6.4+12))
	}
	width, height := float64(w)-left-14, float64(h)-top-foot
	each := height / float64(len(found))
	var b strings.Builder
	fmt.Fprintf(&b, `<svg width="%d" height="%d">`, w, h-28)
	seen := map[string]string{}
	for i, s := range found {
		y := top + float64(i)*each
		fmt.Fprintf(&b, `<text x="%f" y="%f" text-anchor="end">%s</text>`, left-6, y+each/2+3, html.EscapeString(s.Name))
		f := p.with(s.Name, s.Ref)
		for j, at := range s.At {
			text, colour, ok := f.mapped(s.Values[j])
			if !ok {
				text, colour = f.text(s.Values[j]), f.threshold(s.Values[j])
			}
			seen[text] = hex(colour)
			step := when.to.Sub(when.from) / 180
			if j+1 < len(s.At) {
				step = min(s.At[j+1].Sub(at), 2*step)
			}
			fmt.Fprintf(&b, `<rect x="%f" y="%f" width="%f" height="%f" fill="%s"/>`, when.x(at, left, width), y+each*0.1, when.x(at.Add(step), left, width)-when.x(at, left, width)+0.5, each*0.8, hex(colour))
		}
	}
	times(&b, when, left, top, width, height)
	b.WriteString(`</svg><div class="legend" style="height:16px">`)
	var names []string
	for n := range seen {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Fprintf(&b, `<span><i style="background:%s"></i>%s</span>`, seen[n], html.EscapeString(n))
	}
	return b.String() + "</div>"
}

func bars(p Panel, found []Series, w, h int) string {
	most := 0.0
	for _, s := range found {
		most = math.Max(most, s.Last())
	}
	each := math.Min(36, float64(h-8)/float64(len(found)))
	left := 0.0
	for _, s := range found {
		left = math.Max(left, math.Min(float64(w)*0.45, float64(len(s.Name))*7+16))
	}
	width := float64(w) - left - 100
	var b strings.Builder
	fmt.Fprintf(&b, `<svg width="%d" height="%d">`, w, h)
	for i, l := range styled(p, found) {
		y := 6 + float64(i)*each
		fmt.Fprintf(&b, `<text x="%f" y="%f" text-anchor="end" style="font-size:11px">%s</text><rect x="%f" y="%f" width="%f" height="%f" fill="#22252b"/><rect x="%f" y="%f" width="%f" height="%f" fill="%s"/><text x="%f" y="%f" style="fill:%s;font-size:12px">%s</text>`,
			left-8, y+each/2+2, html.EscapeString(l.Name), left, y, width, each*0.8,
			left, y, math.Max(1, width*l.Last()/math.Max(most, 1e-12)), each*0.8, l.colour, left+width+8, y+each/2+2, l.colour, html.EscapeString(l.field.text(l.Last())))
	}
	return b.String() + "</svg>"
}

// cells turns cumulative buckets into counts and draws them.
func cells(p Panel, found []Series, when span, w, h int) string {
	bound := func(s Series) float64 {
		v, err := strconv.ParseFloat(s.Labels.Get("le"), 64)
		if err != nil {
			return math.Inf(1)
		}
		return v
	}
	sort.Slice(found, func(i, j int) bool { return bound(found[i]) < bound(found[j]) })
	const left, top, foot = 58.0, 4.0, 26.0
	width, height := float64(w)-left-14, float64(h)-top-foot
	each := height / float64(len(found))
	counts, most := make([][]float64, len(found)), 0.0
	for i := range found {
		for j := range found[i].Values {
			c := found[i].Values[j]
			if i > 0 && j < len(found[i-1].Values) {
				c -= found[i-1].Values[j]
			}
			counts[i] = append(counts[i], c)
			most = math.Max(most, c)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg width="%d" height="%d">`, w, h)
	for i, s := range found {
		y := top + height - float64(i+1)*each
		if i%3 == 0 && i+1 < len(found) {
			fmt.Fprintf(&b, `<text x="%f" y="%f" text-anchor="end">%s</text>`, left-5, y+4, html.EscapeString(p.FieldConfig.Defaults.text(bound(s))))
		}
		for j, at := range s.At {
			if counts[i][j] > 1e-9 {
				cell := width / 180
				if j > 0 {
					cell = when.x(at, left, width) - when.x(s.At[j-1], left, width)
				}
				fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="#FF9830" opacity="%.2f"/>`,
					when.x(at, left, width)-cell, y, math.Max(1, cell-0.5), each-0.5, math.Min(1, 0.15+math.Sqrt(counts[i][j]/most)))
			}
		}
	}
	times(&b, when, left, top, width, height)
	return b.String() + "</svg>"
}

// dots joins the panel's two queries on their time, as its transformation does.
func dots(p Panel, found []Series, w, h int) string {
	x, y := map[int64]float64{}, map[int64]float64{}
	var xs, ys []float64
	var xf, yf Field
	for _, s := range found {
		into := y
		if s.Ref == "A" {
			into, xf = x, p.with(s.Name, s.Ref)
		} else {
			yf = p.with(s.Name, s.Ref)
		}
		for i, at := range s.At {
			into[at.Unix()] = s.Values[i]
		}
	}
	for at, v := range x {
		if u, ok := y[at]; ok {
			xs, ys = append(xs, v), append(ys, u)
		}
	}
	const left, top, foot = 66.0, 6.0, 26.0
	width, height := float64(w)-left-20, float64(h)-top-foot
	xa, xt := fit(xf, xs)
	ya, yt := fit(yf, ys)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg width="%d" height="%d">`, w, h)
	for _, v := range yt {
		at := ya.y(v, top, height)
		fmt.Fprintf(&b, `<line x1="%f" x2="%f" y1="%f" y2="%f" stroke="#2c2f36"/><text x="%f" y="%f" text-anchor="end">%s</text>`, left, left+width, at, at, left-5, at+3, html.EscapeString(tick(yf, v)))
	}
	at := func(v float64) float64 { return left + width*(v-xa.low)/(xa.high-xa.low) }
	for _, v := range xt {
		fmt.Fprintf(&b, `<text x="%f" y="%f" text-anchor="middle">%s</text>`, at(v), top+height+14, html.EscapeString(tick(xf, v)))
	}
	for i := range xs {
		fmt.Fprintf(&b, `<circle cx="%f" cy="%f" r="3" fill="%s" opacity="0.7"/>`, at(xs[i]), ya.y(ys[i], top, height), hex(yf.Color.FixedColor))
	}
	return b.String() + "</svg>"
}
