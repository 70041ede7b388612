package budget

import (
	"fmt"
	"strconv"
	"time"
)

// Exhausted is the refusal of a request for which a cap has no room.
type Exhausted struct {
	Scope     string // a target, or Process
	Cap       Cap
	Limit     int64 // in whole units of the cap, like the next two
	Charged   int64 // settled, or reserved for what is on its way
	Asked     int64
	BeginsNew time.Time // when the cap counts from nothing again
}

func (e *Exhausted) Error() string {
	whose := "the process"
	if e.Scope != Process {
		whose = "target " + strconv.Quote(e.Scope)
	}
	return fmt.Sprintf("the budget of %s has no room: %s of %s %s a %s are charged, and the request may use %s; "+
		"it begins anew at %s", whose, e.show(e.Charged), e.show(e.Limit), e.Cap.Unit, e.Cap.Period, e.show(e.Asked),
		e.BeginsNew.Format(time.RFC3339))
}

func (e *Exhausted) show(units int64) string {
	return e.Cap.Text(e.Cap.Show(Amount{Money(units), units}))
}

// Unknown is the refusal of a target that has no budget.
type Unknown struct{ Target string }

func (u *Unknown) Error() string { return fmt.Sprintf("target %q has no budget", u.Target) }

// exhausted tells of the first cap of those that have no room.
func (b *Book) exhausted(scope string, over [capCount]bool, now time.Time, ask Amount) *Exhausted {
	for i, c := range Caps() {
		if !over[i] {
			continue
		}
		a, period := b.accounts[scope], periodAt(c.Period, now, b.zone)
		most, _ := a.limits.most(c)
		settled, outstanding := a.since(period.start)
		return &Exhausted{
			Scope: scope, Cap: c, Limit: most, Charged: settled.Plus(outstanding).in(c.Unit), Asked: ask.in(c.Unit),
			BeginsNew: time.Unix(period.end, 0).In(b.zone),
		}
	}
	return &Exhausted{Scope: scope}
}
