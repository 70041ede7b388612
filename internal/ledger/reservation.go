package ledger

import (
	"context"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// reservation is a claim in the book and the batch that makes it durable.
type reservation struct {
	ledger *Ledger
	claim  *budget.Claim
	batch  *batch
}

// Wait returns when the reservation has been synced. When it could not be, it is given back.
func (r *reservation) Wait(ctx context.Context) error {
	select {
	case <-r.batch.done:
	default:
		select {
		case <-r.batch.done:
		case <-ctx.Done():
			r.Settle(budget.Amount{})
			return ctx.Err()
		}
	}
	if r.batch.err != nil {
		r.Settle(budget.Amount{})
	}
	return r.batch.err
}

// Settle replaces the worst case by what the request did cost. The file follows within retryEvery;
// until then it holds the worst case, which is no less, but for a request that cost more than its worst
// case: that is written at once.
func (r *reservation) Settle(actual budget.Amount) {
	r.ledger.mu.Lock()
	defer r.ledger.mu.Unlock()
	r.ledger.behind = true
	if r.ledger.book.Settle(r.claim, actual) {
		r.ledger.rouse()
	}
}
