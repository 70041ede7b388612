// Package ledger keeps a budget's accounts in a file, so that what was spent outlives the process.
//
// What the file holds is at every instant at least what has been spent. A reservation raises it, and
// its request goes out only when the raise has been synced; a settlement lowers it, with the next
// write. So kill -9 at any instant overspends nothing: what was on its way stays charged in full.
//
//	loops   ── Reserve ──► book (memory) ◄── Settle
//	              │ Done       │ all that has changed since the last write
//	              │         writer ── one transaction, one sync ──► file (bbolt)
//	              └── send ◄───┘
//
// Many reservations share one sync: those that come while a write is under way go with the next. The
// file belongs to one process, by its lock. A file that cannot be written stops the spending and not
// the process, and the spending goes on when it can be written again.
//
// Beside the charges the file keeps until when servers asked to be left alone.
//
// Not protected against: a file that is deleted or put back from a backup. It counts for what it says.
package ledger
