package chat

import (
	"time"

	"github.com/firsttoken/firsttoken/internal/netstamp"
)

// batchReads waits between reads after the first token, so that tokens gather and one read takes many:
//
//	tokens   ·  ·  ·  ·  ·  ·        ·  ·
//	reads    █──wait─█──wait─█─ none █──wait─█
//
// A read gives the stamp of the newest segment it took. The last token of a stream is as exact as without
// batching, unless something follows it within the same wait: then it shares the stamp of the finish
// marker. A gap longer than a wait ends while a read is blocked, and is exact. For shorter gaps, only the
// distance between the newest segments of two reads is known: no less than each gap, and no more than a
// wait.
type batchReads struct {
	window time.Duration
	done   <-chan struct{} // of the exchange's context
	timer  *time.Timer
	serial uint64 // of the read after which it waited last
}

func newBatchReads(window time.Duration, done <-chan struct{}) *batchReads {
	t := time.NewTimer(window)
	t.Stop()
	return &batchReads{window: window, done: done, timer: t}
}

// wait lets tokens gather. It does not wait while more bytes are at hand: in the kernel, or in a buffer
// that TLS fills with many records and hands out one by one.
func (b *batchReads) wait(got netstamp.Receipt) {
	if b == nil || !got.Kernel || got.Full || got.Serial == b.serial {
		return
	}
	b.serial = got.Serial
	b.timer.Reset(b.window)
	select {
	case <-b.timer.C:
	case <-b.done: // the next read returns the reason
	}
}

func (b *batchReads) stop() { b.timer.Stop() }
