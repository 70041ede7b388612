package chat

// Quirk is a departure of an answer from its dialect, from a closed set that is safe as a label. Such an answer is
// good: its user saw all of it, and its times are true. What the quirk took away is unknown, and no number is made of
// it.
type Quirk string

// The quirks; the table below has a row for each.
const (
	QuirkNoOpening       Quirk = "no_opening"
	QuirkNoUsage         Quirk = "no_usage"
	QuirkNoInputCount    Quirk = "no_input_count"
	QuirkNoOutputCount   Quirk = "no_output_count"
	QuirkImpossibleCount Quirk = "impossible_count"
	QuirkUnseenOutput    Quirk = "unseen_output"
	QuirkModelChanged    Quirk = "model_changed"
	QuirkOtherChoice     Quirk = "other_choice"
	QuirkTokenAfterEnd   Quirk = "token_after_finish"
)

// quirk is one row of the table.
type quirk struct {
	name    Quirk
	meaning string // for documents: what the answer had
}

// quirks is the table. The place of a row is its bit in Quirks. Causes look up their rows in the same way, each table
// by itself: they are two types, with rows of their own.
func quirks() []quirk {
	return []quirk{
		{QuirkNoOpening, "no event that opens it: message_start, response.created"},
		{QuirkNoUsage, "no usage"},
		{QuirkNoInputCount, "a usage that does not count the prompt"},
		{QuirkNoOutputCount, "a usage that does not count the answer"},
		{QuirkImpossibleCount, "a count that cannot be true, and counts as not sent"},
		{QuirkUnseenOutput, "more tokens by its usage than its stream can hold; the verdict on its rate rests on events"},
		{QuirkModelChanged, "a second name of the model in one stream; the first is reported"},
		{QuirkOtherChoice, "several choices, of which one user sees one; the verdict on its rate rests on events"},
		{QuirkTokenAfterEnd, "tokens behind the finish reason"},
	}
}

// AllQuirks lists the set.
func AllQuirks() []Quirk {
	var names []Quirk
	for _, row := range quirks() {
		names = append(names, row.name)
	}
	return names
}

// Meaning of the quirk, for documents; empty for a name that is not in the table.
func (q Quirk) Meaning() string {
	for _, row := range quirks() {
		if row.name == q {
			return row.meaning
		}
	}
	return ""
}

// Quirks is a set of them.
type Quirks uint16

// QuirksOf is the set of the given names; those that are not in the table are left out.
func QuirksOf(names ...Quirk) Quirks {
	var set Quirks
	for _, name := range names {
		set.add(name)
	}
	return set
}

// Has reports whether the set has a quirk.
func (s Quirks) Has(name Quirk) bool {
	var one Quirks
	one.add(name)
	return s&one != 0
}

// List is the set in the order of the table; nil for none.
func (s Quirks) List() []Quirk {
	var names []Quirk
	for _, row := range quirks() {
		if s.Has(row.name) {
			names = append(names, row.name)
		}
	}
	return names
}

func (s *Quirks) add(name Quirk) {
	for i, row := range quirks() {
		if row.name == name {
			*s |= 1 << i
		}
	}
}

// addIf adds a quirk if it is there.
func (s *Quirks) addIf(there bool, name Quirk) {
	if there {
		s.add(name)
	}
}

// usageQuirks are those of a finished answer's usage.
func usageQuirks(u Usage) Quirks {
	var set Quirks
	if u.Verbatim == nil {
		set.add(QuirkNoUsage)
		return set
	}
	set.addIf(!u.Input.known, QuirkNoInputCount)
	set.addIf(!u.Output.known, QuirkNoOutputCount)
	set.addIf(u.impossible, QuirkImpossibleCount)
	return set
}
