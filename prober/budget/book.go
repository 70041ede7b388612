package budget

import (
	"time"
)

// Process is the scope that counts for all targets together; every other scope is a target's name.
const Process = ""

// Reservation is room in a budget for one request.
type Reservation interface {
	// Done is closed when it is known whether the reservation would survive the end of this process.
	Done() <-chan struct{}
	// Err, after Done, says why it would not. Then the request must not be sent, and the reservation be
	// settled with nothing.
	Err() error
	// Settle replaces the worst case by what the request did cost. Only the first call counts.
	Settle(actual Amount)
}

// Claim is a reservation in a Book.
type Claim struct {
	target  string
	day     days
	worst   Amount
	settled bool
}

// Book keeps the accounts of all targets and of the process. It is not safe for concurrent use.
type Book struct {
	zone     *time.Location
	accounts map[string]*account
	limited  map[string]bool // targets that may spend
	changed  map[key]bool
}

// key of a day in an account.
type key struct {
	scope string
	day   days
}

// NewBook is empty. Its days begin at midnight in zone.
func NewBook(zone *time.Location) *Book {
	return &Book{
		zone: zone, accounts: map[string]*account{Process: {}},
		limited: map[string]bool{}, changed: map[key]bool{},
	}
}

// SetLimits replaces all caps. A target that has none set may not spend; what it has spent is kept.
func (b *Book) SetLimits(process Limits, targets map[string]Limits) {
	b.accounts[Process].limits = process
	clear(b.limited)
	for name, limits := range targets {
		b.account(name).limits = limits
		b.limited[name] = true
	}
}

func (b *Book) account(scope string) *account {
	a := b.accounts[scope]
	if a == nil {
		a = &account{}
		b.accounts[scope] = a
	}
	return a
}

// Reserve makes room for a request of a target in all caps, or in none: the error, an *Exhausted, then
// says which is spent.
func (b *Book) Reserve(target string, now time.Time, worst Amount) (*Claim, error) {
	if !b.limited[target] {
		return nil, &Unknown{Target: target}
	}
	worst = worst.positive()
	own, all := b.accounts[target], b.accounts[Process]
	overOwn, noOwn := own.exceeded(worst, now, b.zone)
	overAll, noAll := all.exceeded(worst, now, b.zone)
	own.refuse(overOwn, now, b.zone)
	all.refuse(overAll, now, b.zone)
	if noOwn {
		return nil, b.exhausted(target, overOwn, now, worst)
	}
	if noAll {
		return nil, b.exhausted(Process, overAll, now, worst)
	}
	c := &Claim{target: target, day: dayAt(now, b.zone), worst: worst}
	for _, scope := range []string{target, Process} {
		e := b.entry(scope, c.day)
		e.outstanding = e.outstanding.Plus(worst)
	}
	return c, nil
}

// Settle replaces a claim's worst case by what the request did cost, on the day of the claim. Only the
// first call counts. beyond says that it was more than the worst case.
func (b *Book) Settle(c *Claim, actual Amount) (beyond bool) {
	if c.settled {
		return false
	}
	c.settled = true
	for _, scope := range []string{c.target, Process} {
		e := b.entry(scope, c.day)
		e.outstanding = e.outstanding.minus(c.worst)
		e.settled = e.settled.Plus(actual.positive())
	}
	return actual.Money > c.worst.Money || actual.Tokens > c.worst.Tokens
}

// entry of an account, which is about to change. A new day is the time to forget old ones.
func (b *Book) entry(scope string, d days) *entry {
	a := b.account(scope)
	before := len(a.entries)
	e := a.on(d)
	b.changed[key{scope, d}] = true
	if len(a.entries) == before {
		return e
	}
	for _, gone := range a.prune() {
		b.changed[key{scope, gone}] = true
	}
	if scope == Process {
		b.forgetStrangers()
	}
	return a.on(d)
}

// forgetStrangers drops the accounts of targets that no longer exist, when the process has kept as
// many days as it does since they last spent.
func (b *Book) forgetStrangers() {
	days := b.accounts[Process].entries
	if len(days) < keptDays {
		return
	}
	for scope, a := range b.accounts {
		n := len(a.entries)
		if scope == Process || b.limited[scope] || n > 0 && a.entries[n-1].start >= days[0].start {
			continue
		}
		for _, e := range a.entries {
			b.changed[key{scope, e.days}] = true
		}
		delete(b.accounts, scope)
	}
}
