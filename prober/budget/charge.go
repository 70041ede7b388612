package budget

// Charge is what a scope has been charged with on one day, as it is stored: what is settled and what
// is outstanding, together. Whoever reads it after a crash cannot know how much of the second was
// spent, so all of it was.
type Charge struct {
	Scope      string
	Start, End int64 // of the day, in seconds of Unix time
	Amount
	Gone bool // the day is to be forgotten
}

// Changes are the charges that have changed since the last call, or since Mark.
func (b *Book) Changes() []Charge {
	changes := make([]Charge, 0, len(b.changed))
	for k := range b.changed {
		changes = append(changes, b.charge(k))
	}
	clear(b.changed)
	return changes
}

func (b *Book) charge(k key) Charge {
	c := Charge{Scope: k.scope, Start: k.day.start, End: k.day.end, Gone: true}
	a := b.accounts[k.scope]
	if a == nil {
		return c
	}
	for _, e := range a.entries {
		if e.days == k.day {
			c.Amount, c.Gone = e.charged(), false
		}
	}
	return c
}

// Mark takes changes back that could not be stored.
func (b *Book) Mark(changes []Charge) {
	for _, c := range changes {
		b.changed[key{c.Scope, days{c.Start, c.End}}] = true
	}
}

// Restore charges what was stored.
func (b *Book) Restore(charges []Charge) {
	for _, c := range charges {
		e := b.account(c.Scope).on(days{c.Start, c.End})
		e.settled = e.settled.Plus(c.positive())
	}
}
