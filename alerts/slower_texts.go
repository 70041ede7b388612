package alerts

import "strings"

// times describes each window of a comparison in a text: how many times slower, than what, and how certain.
func (b builder) times(r Comparison, level, unit string) string {
	var all []string
	labels := b.labelsOf(r)
	for _, row := range r.Rows {
		own := func(kind string) string { return b.levelRecord(r, kind, row.Window) + "{$own}" }
		now := b.levelRecord(Comparison{name: level, counts: r.counts}, "level", row.Window) + "{$own}"
		if r.name == Slower().TPS.name {
			now = own("level")
		}
		text := string(row.Window) + " " + valueOf("exp("+own("residual")+")", "humanize", labels) + " times"
		if unit != "" {
			text += " (" + valueOf(strings.ReplaceAll(unit, "$x", now), "humanize", labels) + " against " +
				valueOf(strings.ReplaceAll(unit, "$x", "("+now+" - "+own("residual")+")"), "humanize", labels)
			text += ", z " + valueOf(own("z"), "humanize", labels) + ")"
		} else {
			text += " (z " + valueOf(own("z"), "humanize", labels) + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

const milliseconds = "exp($x) / 1000"
