package draw

import (
	"fmt"
	"html"
	"strings"
)

// svg writes SVG elements. The attributes that a caller passes begin with a space.
type svg struct{ strings.Builder }

const (
	gridLine = ` stroke="#2c2f36"`
	atEnd    = ` text-anchor="end"`
	atMiddle = ` text-anchor="middle"`
)

func newSVG(width, height int) *svg {
	s := &svg{}
	fmt.Fprintf(s, `<svg width="%d" height="%d">`, width, height)
	return s
}

func (s *svg) text(x, y float64, attributes, text string) {
	fmt.Fprintf(s, `<text x="%.1f" y="%.1f"%s>%s</text>`, x, y, attributes, html.EscapeString(text))
}

func (s *svg) horizontal(from, to, y float64, attributes string) {
	fmt.Fprintf(s, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"%s/>`, from, to, y, y, attributes)
}

func (s *svg) vertical(x, from, to float64, attributes string) {
	fmt.Fprintf(s, `<line x1="%.1f" x2="%.1f" y1="%.1f" y2="%.1f"%s/>`, x, x, from, to, attributes)
}

func (s *svg) rect(x, y, width, height float64, fill string) {
	fmt.Fprintf(s, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`, x, y, width, height, fill)
}

func (s *svg) circle(x, y, radius float64, fill string) {
	fmt.Fprintf(s, `<circle cx="%.1f" cy="%.1f" r="%.0f" fill="%s"/>`, x, y, radius, fill)
}

// close ends the drawing and returns it.
func (s *svg) close() string { return s.String() + "</svg>" }

// legend lists names with their colours.
func legend(style string, names []string, colours map[string]string) string {
	var b strings.Builder
	b.WriteString(`<div class="legend"` + style + `>`)
	for _, name := range names {
		fmt.Fprintf(&b, `<span><i style="background:%s"></i>%s</span>`, colours[name], html.EscapeString(name))
	}
	return b.String() + "</div>"
}
