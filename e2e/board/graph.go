package board

import (
	"fmt"
	"html"
	"math"
	"sort"
	"strings"
	"time"
)

type span struct{ from, to time.Time }

func (s span) x(at time.Time, left, width float64) float64 {
	return left + width*float64(at.Sub(s.from))/float64(s.to.Sub(s.from))
}

// axis maps values to heights.
type axis struct {
	low, high float64
	log       bool
}

func (a axis) y(v, top, height float64) float64 {
	low, high := a.low, a.high
	if a.log {
		low, high, v = math.Log10(low), math.Log10(high), math.Log10(math.Max(v, a.low))
	}
	return top + height*(1-(v-low)/(high-low))
}

// fit makes an axis of round steps around the values and 0.
func fit(f Field, values []float64) (axis, []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		low, high = math.Min(low, v), math.Max(high, v)
	}
	low = math.Min(low, 0)
	if f.Min != nil {
		low = *f.Min
	}
	if f.Max != nil {
		high = *f.Max
	}
	if !(high > low) {
		high = low + 1
	}
	step := math.Pow(10, math.Floor(math.Log10((high-low)/4)))
	for _, m := range []float64{1, 2, 2.5, 5, 10} {
		if (high-low)/(step*m) <= 5 {
			step *= m
			break
		}
	}
	a := axis{low: math.Floor(low/step) * step, high: math.Ceil(high/step-1e-9) * step}
	var ticks []float64
	for v := a.low; v <= a.high+step/2; v += step {
		ticks = append(ticks, v)
	}
	return a, ticks
}

// line is a series with what it is drawn with.
type line struct {
	Series
	field  Field
	colour string
	base   []float64 // what it stands on, where lines are stacked
}

func lines(p Panel, found []Series, when span, w, h int, marks []mark) string {
	all := styled(p, found)
	pile(all)
	const left, top, foot = 58.0, 6.0, 60.0
	right := 14.0
	var leftValues, rightValues []float64
	var leftField, rightField Field
	leftField = p.FieldConfig.Defaults
	for _, l := range all {
		if l.field.Custom.AxisPlacement == "right" {
			rightValues, rightField, right = append(rightValues, l.tops()...), l.field, 58.0
			continue
		}
		leftValues, leftField = append(leftValues, l.tops()...), l.field
	}
	width, height := float64(w)-left-right, float64(h)-top-foot
	var b strings.Builder
	fmt.Fprintf(&b, `<svg width="%d" height="%d">`, w, h-34)
	leftAxis, ticks := fit(leftField, leftValues)
	if len(leftValues) == 0 {
		leftAxis, ticks = axis{0, 1, false}, nil
	}
	for _, v := range ticks {
		y := leftAxis.y(v, top, height)
		fmt.Fprintf(&b, `<line x1="%f" x2="%f" y1="%f" y2="%f" stroke="#2c2f36"/><text x="%f" y="%f" text-anchor="end">%s</text>`,
			left, left+width, y, y, left-5, y+3, html.EscapeString(tick(leftField, v)))
	}
	rightAxis, rightTicks := fit(rightField, rightValues)
	if len(rightValues) > 0 {
		for _, v := range rightTicks {
			fmt.Fprintf(&b, `<text x="%f" y="%f">%s</text>`, left+width+5, rightAxis.y(v, top, height)+3, html.EscapeString(tick(rightField, v)))
		}
	}
	times(&b, when, left, top, width, height)
	for _, m := range marks {
		if x := when.x(m.at, left, width); x >= left && x <= left+width {
			fmt.Fprintf(&b, `<line x1="%f" x2="%f" y1="%f" y2="%f" stroke="%s" stroke-dasharray="3 3" opacity="0.4"/><path d="M%f %f l4 6 h-8 z" fill="%s"/>`, x, x, top, top+height, m.colour, x, top+height, m.colour)
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		a := leftAxis
		if all[i].field.Custom.AxisPlacement == "right" {
			a = rightAxis
		}
		all[i].draw(&b, a, when, left, top, width, height)
	}
	b.WriteString("</svg>")
	return b.String() + key(all)
}

func tick(f Field, v float64) string {
	if f.Unit == "none" {
		f.Decimals = nil
	} else if f.Decimals == nil || *f.Decimals < 1 {
		d := 1.0
		f.Decimals = &d
	}
	return f.text(v)
}

func times(b *strings.Builder, when span, left, top, width, height float64) {
	step, format := time.Hour, "15:04"
	for _, s := range []time.Duration{time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour, 24 * time.Hour, 48 * time.Hour, 96 * time.Hour} {
		if step = s; float64(when.to.Sub(when.from)/s) < width/70 {
			break
		}
	}
	if step >= 24*time.Hour {
		format = "01-02"
	}
	for at := when.from.Truncate(step).Add(step); !at.After(when.to); at = at.Add(step) {
		fmt.Fprintf(b, `<text x="%f" y="%f" text-anchor="middle">%s</text>`, when.x(at, left, width), top+height+14, at.UTC().Format(format))
	}
}

func styled(p Panel, found []Series) []line {
	var all []line
	for i, s := range found {
		f := p.with(s.Name, s.Ref)
		colour := palette(i)
		switch f.Color.Mode {
		case "fixed":
			colour = hex(f.Color.FixedColor)
		case "thresholds":
			colour = hex(f.threshold(s.Last()))
		}
		all = append(all, line{Series: s, field: f, colour: colour})
	}
	return all
}

// pile sets stacked lines on those before them, instant by instant.
func pile(all []line) {
	sum := map[int64]float64{}
	for i := range all {
		if all[i].field.Custom.Stacking.Mode != "normal" {
			continue
		}
		for j, at := range all[i].At {
			all[i].base = append(all[i].base, sum[at.Unix()])
			sum[at.Unix()] += all[i].Values[j]
		}
	}
}

func (l line) tops() []float64 {
	if l.base == nil {
		return l.Values
	}
	tops := make([]float64, len(l.Values))
	for i := range tops {
		tops[i] = l.Values[i] + l.base[i]
	}
	return tops
}

func (l line) draw(b *strings.Builder, a axis, when span, left, top, width, height float64) {
	gapAfter := when.to.Sub(when.from) / 60
	tops := l.tops()
	if l.field.Custom.DrawStyle == "points" {
		for i, at := range l.At {
			fmt.Fprintf(b, `<circle cx="%f" cy="%f" r="3" fill="%s"/>`, when.x(at, left, width), a.y(tops[i], top, height), l.colour)
		}
		return
	}
	dash := ""
	if l.field.Custom.LineStyle.Fill == "dash" {
		dash = ` stroke-dasharray="7 5"`
	}
	for from := 0; from < len(l.At); {
		to := from + 1
		for to < len(l.At) && l.At[to].Sub(l.At[to-1]) < gapAfter {
			to++
		}
		var path, under strings.Builder
		for i := from; i < to; i++ {
			fmt.Fprintf(&path, "%.1f,%.1f ", when.x(l.At[i], left, width), a.y(tops[i], top, height))
		}
		if l.base != nil {
			for i := to - 1; i >= from; i-- {
				fmt.Fprintf(&under, "%.1f,%.1f ", when.x(l.At[i], left, width), a.y(l.base[i], top, height))
			}
			fmt.Fprintf(b, `<polygon points="%s%s" fill="%s" opacity="0.6"/>`, path.String(), under.String(), l.colour)
		}
		if to-from == 1 {
			fmt.Fprintf(b, `<circle cx="%f" cy="%f" r="2" fill="%s"/>`, when.x(l.At[from], left, width), a.y(tops[from], top, height), l.colour)
		}
		fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="1.5"%s/>`, path.String(), l.colour, dash)
		from = to
	}
}

func key(all []line) string {
	var b strings.Builder
	b.WriteString(`<div class="legend">`)
	seen := map[string]bool{}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Ref < all[j].Ref })
	for _, l := range all {
		if !seen[l.Name] {
			seen[l.Name] = true
			fmt.Fprintf(&b, `<span><i style="background:%s"></i>%s</span>`, l.colour, html.EscapeString(l.Name))
		}
	}
	return b.String() + "</div>"
}
