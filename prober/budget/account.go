package budget

import (
	"slices"
	"time"
)

// keptDays of an account are remembered, as many as two months have and some more. They are counted,
// not dated: a clock that jumps a year ahead must not make the account forget this month.
const keptDays = 70

// account is what one target, or the process, has been charged with.
type account struct {
	limits  Limits
	entries []entry        // by their start
	marks   [capCount]mark // by Caps
}

// entry is one day of an account.
type entry struct {
	days
	settled     Amount
	outstanding Amount // reserved and not settled
}

func (e entry) charged() Amount { return e.settled.Plus(e.outstanding) }

// on is the entry of a day, a new one if need be.
func (a *account) on(d days) *entry {
	i, found := slices.BinarySearchFunc(a.entries, d, func(e entry, d days) int { return compare(e.days, d) })
	if !found {
		a.entries = slices.Insert(a.entries, i, entry{days: d})
	}
	return &a.entries[i]
}

// compare orders days by their start. Two that begin together and end apart are a day before and after
// a change of the time zone.
func compare(a, b days) int {
	if a.start != b.start {
		return int(min(1, max(-1, a.start-b.start)))
	}
	return int(min(1, max(-1, a.end-b.end)))
}

// since sums up the days that reach beyond an instant. There is no upper end: what a clock that ran
// ahead has booked in the future still counts after it was set back, in every period until then.
func (a *account) since(start int64) (settled, outstanding Amount) {
	for i := len(a.entries) - 1; i >= 0 && a.entries[i].end > start; i-- {
		settled = settled.Plus(a.entries[i].settled)
		outstanding = outstanding.Plus(a.entries[i].outstanding)
	}
	return settled, outstanding
}

// prune forgets the oldest days beyond those to keep. A day with something outstanding stays.
func (a *account) prune() (gone []days) {
	for len(a.entries) > keptDays && a.entries[0].outstanding == (Amount{}) {
		gone = append(gone, a.entries[0].days)
		a.entries = slices.Delete(a.entries, 0, 1)
	}
	return gone
}

// exceeded are the caps, by their place in Caps, that have no room for an amount.
func (a *account) exceeded(ask Amount, now time.Time, zone *time.Location) (over [capCount]bool, isOver bool) {
	for i, c := range Caps() {
		most, capped := a.limits.most(c)
		if !capped {
			continue
		}
		settled, outstanding := a.since(periodAt(c.Period, now, zone).start)
		used := settled.Plus(outstanding).Plus(ask).in(c.Unit)
		over[i] = used > most && ask.in(c.Unit) > 0
		isOver = isOver || over[i]
	}
	return over, isOver
}
