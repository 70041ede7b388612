package alerts

import "strings"

// times describes each window of a room in a text: how many times slower, than what, and how certain.
func (b builder) times(r Room, level, unit string) string {
	var all []string
	for _, row := range r.Rows {
		own := func(kind string) string { return b.levelRecord(r, kind, row.Window) + "{$own}" }
		now := b.levelRecord(Room{name: level, counts: r.counts}, "level", row.Window) + "{$own}"
		if r.name == Slower().TPS.name {
			now = own("level")
		}
		text := string(row.Window) + " " + b.asked("exp("+own("residual")+")", r, "humanize") + " times"
		if unit != "" {
			text += " (" + b.asked(strings.ReplaceAll(unit, "$x", now), r, "humanize") + " against " +
				b.asked(strings.ReplaceAll(unit, "$x", "("+now+" - "+own("residual")+")"), r, "humanize")
			text += ", z " + b.asked(own("z"), r, "humanize") + ")"
		} else {
			text += " (z " + b.asked(own("z"), r, "humanize") + ")"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// asked is a template that queries when the alert is sent. Each $own stands for the matchers of the alert's labels.
func (b builder) asked(query string, r Room, format string) string {
	return askedBy(query, b.roomLabels(r), format)
}

func askedBy(query, labels, format string) string {
	matchers, args := ownMatchers(labels)
	n := strings.Count(query, "$own")
	query = strings.ReplaceAll(query, "$own", strings.Join(matchers, ","))
	return "{{ with printf " + "`" + query + "`" + strings.Repeat(args, n) +
		" | query }}{{ . | first | value | " + format + " }}{{ else }}unknown{{ end }}"
}

const milliseconds = "exp($x) / 1000"
