package ledger

import (
	"github.com/firsttoken/firsttoken/prober/budget"
)

// reservation is a claim in the book and the batch that makes it durable.
type reservation struct {
	ledger *Ledger
	claim  *budget.Claim
	batch  *batch
}

// Done is closed when the reservation has been synced, or could not be.
func (r *reservation) Done() <-chan struct{} { return r.batch.done }

// Err says, after Done, why the reservation could not be synced.
func (r *reservation) Err() error { return r.batch.err }

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
