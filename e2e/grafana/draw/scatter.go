package draw

import (
	"fmt"
	"maps"
	"slices"

	"github.com/firsttoken/firsttoken/e2e/grafana"
)

// scatter joins the panel's two queries on their time, as its transformation does, and draws a dot for each instant.
func (p panel) scatter() string {
	x, y := map[int64]float64{}, map[int64]float64{}
	var xField, yField grafana.Field
	for _, s := range p.found {
		into := y
		if s.Ref == "A" {
			into, xField = x, p.Field(s.Name, s.Ref)
		} else {
			yField = p.Field(s.Name, s.Ref)
		}
		for i, at := range s.At {
			into[at.Unix()] = s.Values[i]
		}
	}
	var xs, ys []float64
	for _, at := range slices.Sorted(maps.Keys(x)) {
		if v, ok := y[at]; ok {
			xs, ys = append(xs, x[at]), append(ys, v)
		}
	}
	area := plot{p.when, 66, 6, float64(p.width) - 86, float64(p.height) - 32}
	xAxis, yAxis := fit(xField, xs), fit(yField, ys)
	s := newSVG(p.width, p.height)
	for _, v := range yAxis.ticks {
		s.horizontal(area.left, area.right(), area.y(yAxis, v), gridLine)
		s.text(area.left-5, area.y(yAxis, v)+3, atEnd, tick(yField, v))
	}
	across := func(v float64) float64 { return area.left + area.width*xAxis.share(v) }
	for _, v := range xAxis.ticks {
		s.text(across(v), area.bottom()+14, atMiddle, tick(xField, v))
	}
	for i := range xs {
		fmt.Fprintf(s, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s" opacity="0.7"/>`,
			across(xs[i]), area.y(yAxis, ys[i]), hex(yField.Color.FixedColor))
	}
	return s.close()
}
