package draw

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/firsttoken/firsttoken/e2e/grafana"
)

// line is a series with its field's configuration and its colour.
type line struct {
	grafana.Series
	field  grafana.Field
	colour string
	base   []float64 // the sum of the lines below, where lines are stacked
}

// side is a vertical axis with the values that it has to fit.
type side struct {
	axis
	field  grafana.Field
	values []float64
}

func (s *side) add(l line) { s.values, s.field = append(s.values, l.tops()...), l.field }

// lines draws a time series panel.
func (p panel) lines() string {
	all := p.styled()
	stack(all)
	left, right := side{field: p.FieldConfig.Defaults}, side{}
	margin := 14.0 // of the right axis
	for _, l := range all {
		if l.field.Custom.AxisPlacement == "right" {
			right.add(l)
			margin = 58
		} else {
			left.add(l)
		}
	}
	area := plot{p.when, 58, 6, float64(p.width) - 58 - margin, float64(p.height) - 66}
	s := newSVG(p.width, p.height-34)
	p.axes(s, area, &left, &right)
	area.times(s)
	for _, m := range p.marks {
		if x := area.x(m.At); x >= area.left && x <= area.right() {
			mark(s, area, x, hex(m.Colour))
		}
	}
	for _, l := range slices.Backward(all) { // the first is drawn on top
		a := left.axis
		if l.field.Custom.AxisPlacement == "right" {
			a = right.axis
		}
		l.draw(s, area, a)
	}
	return s.close() + key(all)
}

// axes fits both vertical axes and draws those that have values.
func (p panel) axes(s *svg, area plot, left, right *side) {
	left.axis, right.axis = fit(left.field, left.values), fit(right.field, right.values)
	if len(left.values) == 0 {
		left.axis = axis{low: 0, high: 1}
	}
	for _, v := range left.ticks {
		y := area.y(left.axis, v)
		s.horizontal(area.left, area.right(), y, gridLine)
		s.text(area.left-5, y+3, atEnd, tick(left.field, v))
	}
	if len(right.values) == 0 {
		return
	}
	for _, v := range right.ticks {
		s.text(area.right()+5, area.y(right.axis, v)+3, "", tick(right.field, v))
	}
}

// mark draws an annotation: a dashed line and a triangle below it.
func mark(s *svg, area plot, x float64, colour string) {
	s.vertical(x, area.top, area.bottom(), ` stroke="`+colour+`" stroke-dasharray="3 3" opacity="0.4"`)
	fmt.Fprintf(s, `<path d="M%.1f %.1f l4 6 h-8 z" fill="%s"/>`, x, area.bottom(), colour)
}

// styled gives each series its field and its colour.
func (p panel) styled() []line {
	var all []line
	for i, s := range p.found {
		f := p.Field(s.Name, s.Ref)
		colour := palette(i)
		switch f.Color.Mode {
		case "fixed":
			colour = hex(f.Color.FixedColor)
		case "thresholds":
			colour = hex(f.Threshold(s.Last()))
		}
		all = append(all, line{Series: s, field: f, colour: colour})
	}
	return all
}

// stack sets stacked lines on those before them, instant by instant.
func stack(all []line) {
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

// tops are the values as they are drawn, above the stack's base.
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

// draw draws a line with a break wherever values are missing.
func (l line) draw(s *svg, area plot, a axis) {
	longest := area.lasts() / 60
	tops := l.tops()
	if l.field.Custom.DrawStyle == "points" {
		for i, at := range l.At {
			s.circle(area.x(at), area.y(a, tops[i]), 3, l.colour)
		}
		return
	}
	for from := 0; from < len(l.At); {
		to := from + 1
		for to < len(l.At) && l.At[to].Sub(l.At[to-1]) < longest {
			to++
		}
		l.piece(s, area, a, from, to)
		from = to
	}
}

// piece draws an unbroken piece of a line, and the area below it where lines are stacked.
func (l line) piece(s *svg, area plot, a axis, from, to int) {
	dash := ""
	if l.field.Custom.LineStyle.Fill == "dash" {
		dash = ` stroke-dasharray="7 5"`
	}
	tops := l.tops()
	var above, below strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&above, "%.1f,%.1f ", area.x(l.At[i]), area.y(a, tops[i]))
	}
	if l.base != nil {
		for i := to - 1; i >= from; i-- {
			fmt.Fprintf(&below, "%.1f,%.1f ", area.x(l.At[i]), area.y(a, l.base[i]))
		}
		fmt.Fprintf(s, `<polygon points="%s%s" fill="%s" opacity="0.6"/>`, above.String(), below.String(), l.colour)
	}
	if to-from == 1 {
		s.circle(area.x(l.At[from]), area.y(a, tops[from]), 2, l.colour)
	}
	fmt.Fprintf(s, `<polyline points="%s" fill="none" stroke="%s" stroke-width="1.5"%s/>`,
		above.String(), l.colour, dash)
}

// key is the legend of lines, each name once.
func key(all []line) string {
	var names []string
	colours := map[string]string{}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Ref < all[j].Ref })
	for _, l := range all {
		if colours[l.Name] == "" {
			names = append(names, l.Name)
			colours[l.Name] = l.colour
		}
	}
	return legend("", names, colours)
}

// widest is the room that the longest name needs on the left, at most a limit.
func widest(found []grafana.Series, perLetter, padding, limit float64) float64 {
	most := 0.0
	for _, s := range found {
		most = math.Max(most, math.Min(limit, float64(len(s.Name))*perLetter+padding))
	}
	return most
}
