package results

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/firsttoken/firsttoken/prober"
)

// Options say where results go and how much of them is kept.
type Options struct {
	Path       string
	MaxSizeMB  int // of one file, before it is rotated; 0 is 100
	MaxBackups int // rotated files that are kept; 0 is all
	MaxAgeDays int // after which a rotated file is deleted; 0 is never
	Logger     *slog.Logger
	Losses     LossCounter
}

// queuedBytes is how much may wait for the disk. A target of 2.5M TPM fills it in two minutes.
const queuedBytes = 4 << 20

// File is the results file: a line for each result, in the order in which answers ended; see Record. It is a
// prober.Observer. A slow disk never holds up probing:
//
//	Observe ── line ──► queue of 4 MiB ──► writer ──► disk, one write per line
//	                       └ full: dropped and counted
type File struct {
	disk   appender
	losses LossCounter
	log    *slog.Logger
	queue  *queue
	again  atomic.Bool   // the file is to be opened again
	done   chan struct{} // closed when nothing will be written any more
}

// appender is a disk.
type appender interface {
	append(line []byte) error
	reopen() error
	close() error
}

// Open fails where the file cannot be opened for writing. A new file can be read by its owner alone; one that exists
// keeps its mode. Later errors are counted, and logged once a minute. The caller must Close the file.
func Open(o Options) (*File, error) {
	d, err := newDisk(o)
	if err != nil {
		return nil, fmt.Errorf("opening the results file: %w", err)
	}
	return newFile(d, o), nil
}

func newFile(d appender, o Options) *File {
	f := &File{
		disk: d, losses: o.Losses, log: o.Logger,
		queue: newQueue(queuedBytes), done: make(chan struct{}),
	}
	go f.write()
	return f
}

// Observe queues a result's line; other events are not recorded.
func (f *File) Observe(e prober.Event) {
	result, ok := e.(prober.Result)
	if !ok {
		return
	}
	line, err := NewRecord(result).Encode()
	if err != nil {
		f.losses.Lost(LossNotEncoded, 1)
		return
	}
	if why := f.queue.push(line); why != "" {
		f.losses.Lost(why, 1)
	}
}

// Reopen opens the file again by its name, soon: after another program has renamed it, its space is free only then.
// Without it, the next result does so.
func (f *File) Reopen() {
	f.again.Store(true)
	f.queue.wake()
}

// write is the only writer of the file. It ends when the queue is closed and empty.
func (f *File) write() {
	defer close(f.done)
	complain := f.complainer()
	for {
		if f.again.Swap(false) {
			complain(f.disk.reopen())
		}
		line, more := f.queue.pop()
		switch {
		case line != nil:
			if err := f.disk.append(line); err != nil {
				f.losses.Lost(LossWriteFailed, 1)
				complain(err)
			}
		case !more:
			complain(f.disk.close())
			return
		default:
			<-f.queue.ready
		}
	}
}

// complainer logs errors, once a minute at most.
func (f *File) complainer() func(error) {
	var logged time.Time
	return func(err error) {
		if now := time.Now(); err != nil && (logged.IsZero() || now.Sub(logged) >= time.Minute) {
			logged = now
			f.log.Error("results file cannot be written", "err", err)
		}
	}
}

// Close writes what is queued and closes the file. If ctx ends before that, the rest is lost and counted, and the error
// says how much. Results that are observed later are counted, too.
func (f *File) Close(ctx context.Context) error {
	if !f.queue.close() {
		return nil
	}
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-f.done: // both at once: nothing is lost
		return nil
	default:
	}
	n := f.queue.abandon()
	f.losses.Lost(LossShutdown, n)
	return fmt.Errorf("closing the results file: %d results or more abandoned: %w", n, ctx.Err())
}
