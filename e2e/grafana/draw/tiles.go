package draw

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// tiles draws a stat panel: each value as a number.
func (p panel) tiles() string {
	var b strings.Builder
	b.WriteString(`<div class="stat">`)
	size := 26
	if len(p.found) > 1 {
		size = 20
	}
	for _, s := range p.found {
		f := p.Field(s.Name, s.Ref)
		name := ""
		if len(p.found) > 1 || s.Name != "{}" {
			name = `<div class="n">` + html.EscapeString(s.Name) + `</div>`
		}
		fmt.Fprintf(&b, `<div>%s<div class="v" style="font-size:%dpx;color:%s">%s</div></div>`,
			name, size, hex(f.Colour(s.Last())), html.EscapeString(f.Text(s.Last())))
	}
	return b.String() + "</div>"
}

// bars draws a bar gauge: each value as a bar, the largest over the whole width.
func (p panel) bars() string {
	most := 1e-12
	for _, s := range p.found {
		most = math.Max(most, s.Last())
	}
	each := math.Min(36, float64(p.height-8)/float64(len(p.found)))
	left := widest(p.found, 7, 16, float64(p.width)*0.45)
	width := float64(p.width) - left - 100
	s := newSVG(p.width, p.height)
	for i, l := range p.styled() {
		y := 6 + float64(i)*each
		s.text(left-8, y+each/2+2, atEnd+` style="font-size:11px"`, l.Name)
		s.rect(left, y, width, each*0.8, "#22252b")
		s.rect(left, y, math.Max(1, width*l.Last()/most), each*0.8, l.colour)
		s.text(left+width+8, y+each/2+2, ` style="fill:`+l.colour+`;font-size:12px"`, l.field.Text(l.Last()))
	}
	return s.close()
}
