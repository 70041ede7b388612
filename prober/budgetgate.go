package prober

import (
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// reserveAhead is how long before a slot its room in the budget is reserved. So a slot does not wait for
// the disk on which reservations are kept, and its lag stays true.
//
//	      due − 2 s             due
//	──────────┼──────────────────┼─ send ───────┼──────
//	          └ reserve … synced ┘              └ settle
const reserveAhead = 2 * time.Second

// ticket is a reservation for one request.
type ticket struct {
	reservation budget.Reservation
	bound       workload.Bound
	worst       budget.Amount
}

// booking is the way to the ticket of one coming request.
type booking struct {
	ticket  *ticket // nil until one is asked for, and after a refusal
	refusal error   // of the last ticket that was asked for
}

// pending is closed when it is known whether the ticket holds; nil if nothing is waited for.
func (b *booking) pending() <-chan struct{} {
	if b.ticket == nil {
		return nil
	}
	select {
	case <-b.ticket.reservation.Done():
		return nil
	default:
		return b.ticket.reservation.Done()
	}
}

// release gives back a ticket that was not used.
func (b *booking) release() {
	if b.ticket != nil {
		b.ticket.reservation.Settle(budget.Amount{})
		b.ticket = nil
	}
}

// budgetGate holds a loop to its target's budget.
type budgetGate struct {
	target   string
	budget   Budget // nil is no bound: there are no tickets
	spending spending
	level    budget.Level
	slot     booking   // for the coming slot
	asked    time.Time // the slot for which a ticket was asked ahead
	probe    booking   // for the next recovery probe
}

func newBudgetGate(t Target, b Budget) budgetGate {
	return budgetGate{target: t.Name, budget: b, spending: newSpending(t)}
}

// reserve asks for the ticket of a request of at most that bound, which goes out at about that time.
func (g *budgetGate) reserve(b *booking, bound workload.Bound, at time.Time) {
	worst := g.spending.worst(bound)
	r, err := g.budget.Reserve(g.target, at, worst)
	b.refusal = err
	if err == nil {
		b.ticket = &ticket{r, bound, worst}
	}
}

// The answers of budgetGate.pass.
type passage int

const (
	granted passage = iota
	refused
	undecided // until booking.pending
)

// pass asks whether a session's next request may go out now, and takes its ticket if so. It asks for a
// ticket where none was asked for ahead, or only one for a smaller request.
func (g *budgetGate) pass(b *booking, s *workload.Session, at time.Time) (*ticket, passage) {
	if g.budget == nil {
		return nil, granted
	}
	bound := s.NextBound()
	if need := g.spending.worst(bound); b.ticket != nil && !b.ticket.worst.Covers(need) {
		b.release()
	}
	if b.ticket == nil {
		g.reserve(b, bound, at)
	}
	if b.ticket == nil {
		return nil, refused
	}
	if b.pending() != nil {
		return nil, undecided
	}
	if b.refusal = b.ticket.reservation.Err(); b.refusal != nil {
		b.release()
		return nil, refused
	}
	t := b.ticket
	t.bound, b.ticket = bound, nil
	return t, granted
}

// look takes in what the budget leaves of the load, and reports whether that has changed.
func (g *budgetGate) look(now time.Time) (changed bool) {
	if g.budget == nil {
		return false
	}
	before := g.level
	g.level = g.budget.Level(g.target, now)
	return g.level != before
}

// reserve asks for the ticket of the coming slot, once, when it is time.
func (l *loop) reserve(now time.Time) {
	due := l.arrivals.due
	if l.budget.budget == nil || l.budget.asked.Equal(due) || now.Before(due.Add(-reserveAhead)) {
		return
	}
	l.budget.asked = due
	if _, blocked := l.blocked(due, due); blocked || l.budget.slot.ticket != nil {
		return
	}
	if s, ok := l.pool.peek(due); ok {
		l.budget.reserve(&l.budget.slot, s.session.NextBound(), due)
	}
}

// settleBudget replaces what was reserved for a request by what it used.
func (l *loop) settleBudget(q *inflight, r Result, now time.Time) {
	if q.ticket != nil {
		q.ticket.reservation.Settle(l.budget.spending.charge(r, q.ticket.bound))
		l.followBudget(now)
	}
}

// slotWake is the instant at which something is to be done for the coming slot: its ticket, the slot
// itself, or the end of its wait for the ticket.
func (l *loop) slotWake() time.Time {
	due := l.arrivals.due
	switch {
	case l.budget.budget == nil:
		return due
	case !l.budget.asked.Equal(due):
		return due.Add(-reserveAhead)
	case l.budget.slot.pending() != nil && !due.After(time.Now()):
		return due.Add(lateAfter + 1)
	}
	return due
}
