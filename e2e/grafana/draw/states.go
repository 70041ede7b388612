package draw

import (
	"maps"
	"math"
	"slices"
)

// states draws a state timeline: each series as a strip of coloured states.
func (p panel) states() string {
	const top, foot = 4.0, 52.0
	left := math.Max(60, widest(p.found, 6.4, 12, 260))
	area := plot{p.when, left, top, float64(p.width) - left - 14, float64(p.height) - top - foot}
	each := area.height / float64(len(p.found))
	step := area.lasts() / 180
	s := newSVG(p.width, p.height-28)
	colours := map[string]string{}
	for i, series := range p.found {
		y := top + float64(i)*each
		s.text(left-6, y+each/2+3, atEnd, series.Name)
		f := p.Field(series.Name, series.Ref)
		for j, at := range series.At {
			colour := hex(f.Colour(series.Values[j]))
			colours[f.Text(series.Values[j])] = colour
			lasts := step
			if j+1 < len(series.At) {
				lasts = min(series.At[j+1].Sub(at), 2*step)
			}
			x := area.x(at)
			s.rect(x, y+each*0.1, area.x(at.Add(lasts))-x+0.5, each*0.8, colour)
		}
	}
	area.times(s)
	return s.close() + legend(` style="height:16px"`, slices.Sorted(maps.Keys(colours)), colours)
}
