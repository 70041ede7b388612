package screen

import (
	"fmt"
	"math"
	"strings"
)

// mark is one result as a mark: its time to first token and its kind.
type mark struct {
	TTFT   measured // seconds
	Kind   answerKind
	Failed bool
}

type answerKind uint8

const (
	warm answerKind = iota
	cold
	bootstrap
)

// strips shows the last answers of each target as a row of bars.
func (v snapshot) strips(width int, s style) []string {
	legend := fmt.Sprintf("LAST ANSWERS by time to first token, %s %.1f s … %s %.0f s: ",
		bars()[0], floor, bars()[len(bars())-1], ceiling)
	out := []string{s.dim(legend) + s.good("warm") + " " + s.colder("cold") + " " + s.dim("start") + " " +
		s.bad("✗ failed")}
	for _, r := range v.Rows {
		room := min(len(r.Last), width-14)
		var b strings.Builder
		for _, a := range r.Last[len(r.Last)-room:] {
			b.WriteString(a.draw(s))
		}
		if room == 0 {
			b.WriteString(s.dim("waiting for the first answer"))
		}
		out = append(out, fmt.Sprintf("%-13s", cut(r.Name, 12))+b.String())
	}
	return out
}

// The scale of a mark is logarithmic, from floor to ceiling seconds.
const (
	floor   = 0.1
	ceiling = 30.0
)

func bars() []string { return []string{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"} }

func (a mark) draw(s style) string {
	switch {
	case a.Failed || !a.TTFT.OK:
		return s.bad("✗")
	case a.Kind == bootstrap:
		return s.dim(level(a.TTFT.Value))
	case a.Kind == cold:
		return s.colder(level(a.TTFT.Value))
	default:
		return s.good(level(a.TTFT.Value))
	}
}

func level(seconds float64) string {
	steps := bars()
	share := math.Log(seconds/floor) / math.Log(ceiling/floor)
	i := int(share * float64(len(steps)))
	return steps[min(max(i, 0), len(steps)-1)]
}
