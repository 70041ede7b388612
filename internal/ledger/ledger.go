package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/firsttoken/firsttoken/prober/budget"
)

// retryEvery is how often a file is tried again that could not be opened or written, and how late a
// settlement may be written that nobody waits for.
const retryEvery = time.Second

// errClosed answers a reservation that comes after Close.
var errClosed = errors.New("the ledger is closed")

// Options of a Ledger.
type Options struct {
	Path   string
	Zone   *time.Location // whose midnights begin a day; nil is UTC
	Logger *slog.Logger   // nil discards
	// LockFor is how long another process is waited for that has the file; 0 is as long as one that is being replaced
	// may take.
	LockFor time.Duration

	open opener // of the file, for tests
}

// Ledger is a budget.Book whose charges are in a file. It is safe for concurrent use.
type Ledger struct {
	path string
	log  *slog.Logger
	open opener
	wake chan struct{} // there is something to write
	quit chan struct{}
	done chan struct{} // the writer has ended

	mu       sync.Mutex
	book     *budget.Book
	backoffs memo[backoff]
	pauses   memo[time.Time] // since when
	next     *batch
	behind   bool  // something was settled that has not been written
	trouble  error // why the file cannot be written; nil when it can
	failures int   // writes that failed
	closed   bool

	store *store // the writer's; nil while the file cannot be opened
	last  error  // of the writer, once it has ended
}

// batch is what is written together. err is set before done is closed.
type batch struct {
	done chan struct{}
	err  error
}

func newBatch() *batch { return &batch{done: make(chan struct{})} }

// Open reads the file, or makes it, and takes its lock. It fails where a person has to act: an *InUse,
// a *Corrupt, or a path that can never be written. Where the disk may recover the ledger opens without
// its file, refuses every reservation, and tries again.
func Open(o Options) (*Ledger, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	l := &Ledger{
		path: o.Path, log: o.Logger, open: o.open, book: budget.NewBook(o.Zone),
		backoffs: newMemo[backoff](), pauses: newMemo[time.Time](), next: newBatch(),
		wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}
	err := l.load(cmp.Or(o.LockFor, startLock))
	if err != nil && !mayRecover(l.path, err) {
		return nil, err
	}
	l.judge(err)
	go l.write()
	return l, nil
}

// load opens the file and takes over what it holds. No reservation has been granted before.
func (l *Ledger) load(lockFor time.Duration) error {
	s, held, err := openStore(l.path, l.open, lockFor)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.store = s
	l.book.Restore(held.charges)
	l.backoffs.restore(held.backoffs)
	l.pauses.restore(held.pauses)
	return nil
}

// SetLimits replaces all caps; see budget.Book.
func (l *Ledger) SetLimits(process budget.Limits, targets map[string]budget.Limits) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.book.SetLimits(process, targets)
}

// Reserve makes room for a request, at once and in memory. The request may go out when the reservation
// has been synced (Done, and then Err is nil), and not before.
func (l *Ledger) Reserve(target string, now time.Time, worst budget.Amount) (budget.Reservation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, errClosed
	}
	if l.trouble != nil {
		return nil, fmt.Errorf("the ledger cannot be written: %w", l.trouble)
	}
	claim, err := l.book.Reserve(target, now, worst)
	if err != nil {
		return nil, err
	}
	l.rouse()
	return &reservation{ledger: l, claim: claim, batch: l.next}, nil
}

// rouse has the writer write soon.
func (l *Ledger) rouse() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Level is what the budgets leave of a target's load.
func (l *Ledger) Level(target string, now time.Time) budget.Level {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.trouble != nil || l.closed {
		return budget.Stopped
	}
	return l.book.Level(target, now)
}

// States are all caps and what is charged to them.
func (l *Ledger) States(now time.Time) []budget.State {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.book.States(now)
}

// Trouble says why the file cannot be written; nil when it can.
func (l *Ledger) Trouble() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.trouble
}

// Failures are the writes that failed.
func (l *Ledger) Failures() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failures
}

// Close writes what has been settled and gives the file up. What is outstanding stays charged in full, and
// so does what a disk that hangs keeps from being written until ctx is done. A second call does nothing.
func (l *Ledger) Close(ctx context.Context) error {
	l.mu.Lock()
	before := l.closed
	l.closed = true
	l.mu.Unlock()
	if before {
		return nil
	}
	close(l.quit)
	select {
	case <-l.done:
		return l.last
	case <-ctx.Done():
		return fmt.Errorf("closing the ledger: %w", ctx.Err())
	}
}
