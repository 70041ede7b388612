package ledger

import (
	"errors"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// write is the goroutine that owns the store. It writes when there is a reservation, and now and then
// what has been settled; while the file is in trouble it tries whether it can be written again.
func (l *Ledger) write() {
	defer close(l.done)
	again := time.NewTicker(retryEvery)
	defer again.Stop()
	for {
		select {
		case <-l.quit:
			l.last = l.finish()
			return
		case <-l.wake:
			l.judge(l.commit())
		case <-again.C:
			if l.isDue() {
				l.judge(l.commit())
			}
		}
	}
}

func (l *Ledger) isDue() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.behind || l.trouble != nil
}

// commit writes what has changed, and tells those who wait for it.
func (l *Ledger) commit() error {
	if l.store == nil {
		if err := l.load(retryLock); err != nil {
			return err
		}
	}
	b, c := l.take()
	b.err = l.store.write(c)
	if b.err != nil {
		l.giveBack(c)
	}
	close(b.done)
	return b.err
}

// changes are what one transaction writes.
type changes struct {
	charges  []budget.Charge
	backoffs map[string]backoff
	pauses   map[string]time.Time
}

// take is all that has changed, and the batch of those who wait for it. Reservations from now on go
// with the next.
func (l *Ledger) take() (*batch, changes) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.next
	l.next, l.behind = newBatch(), false
	return b, changes{l.book.Changes(), l.backoffs.changes(), l.pauses.changes()}
}

// giveBack keeps what could not be written for the next time.
func (l *Ledger) giveBack(c changes) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.book.Mark(c.charges)
	l.backoffs.mark(c.backoffs)
	l.pauses.mark(c.pauses)
}

// judge tells of the beginning and the end of trouble with the file, once each.
func (l *Ledger) judge(err error) {
	l.mu.Lock()
	before := l.trouble
	l.trouble = err
	if err != nil {
		l.failures++
	}
	l.mu.Unlock()
	switch {
	case err != nil && before == nil:
		l.log.Error("the ledger cannot be written: nothing is sent until it can", "file", l.path, "err", err)
	case err == nil && before != nil:
		l.log.Info("the ledger can be written again", "file", l.path)
	}
}

// finish writes for the last time.
func (l *Ledger) finish() error {
	if l.store == nil {
		return nil
	}
	return errors.Join(l.commit(), l.store.close())
}
