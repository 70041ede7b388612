// Package budget does the arithmetic of what probing may spend: caps in dollars and in tokens, for
// each target and for the whole process, per calendar day and per calendar month.
//
// A request's worst case is reserved before it is sent and settled when its cost is known:
//
//	         Reserve              Settle
//	request ───┼── on its way ──────┼──
//	charged    └ the worst case ┘   └ what it did cost ──
//
// A request that is never settled stays charged in full. So at every instant the charges are at least
// what was spent, and because Reserve refuses what would carry them over a cap, spending stays within it.
//
// The package keeps no file and reads no clock: internal/ledger does both with a Book.
package budget
