package chat

import (
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

// Receipts say in how many reads the events of a stream came, which bounds what can be known of their rate: events of
// one read have one instant.
//
//	events   ▪▪▪   ▪▪   ▪▪      7, of which 3 came with the first read
//	reads    │     │    │       3
//	         First      Last
type Receipts struct {
	Reads       int
	Events      int
	FirstEvents int // events of the first read
	Bytes       int // of text in all events, or more
	First, Last time.Time

	serial, firstSerial uint64
}

// note takes in an event of the read with the given receipt, which holds at most that many bytes of text.
func (r *Receipts) note(receipt netstamp.Receipt, size int) {
	if r.Events == 0 {
		r.First, r.firstSerial = receipt.At, receipt.Serial
	}
	if r.Events == 0 || receipt.Serial != r.serial {
		r.Reads++
		r.serial = receipt.Serial
	}
	if receipt.Serial == r.firstSerial {
		r.FirstEvents++
	}
	r.Events++
	r.Bytes += size
	r.Last = receipt.At
}

// MostTokens is how many tokens can have been streamed. A token has a byte of text at least; one without, such as part
// of a character, has an event at least.
func (r Receipts) MostTokens() int64 { return int64(r.Bytes + r.Events) }

// Span is the time from the first read to the last.
func (r Receipts) Span() time.Duration { return r.Last.Sub(r.First) }

// After is the share of all events that came after the first read: of what was generated during Span.
func (r Receipts) After() float64 {
	if r.Events == 0 {
		return 0
	}
	return float64(r.Events-r.FirstEvents) / float64(r.Events)
}
