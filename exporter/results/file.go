package results

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/firsttoken/firsttoken/prober"
)

// Options say where results go and how much of them is kept.
type Options struct {
	Path       string
	MaxSizeMB  int // of one file, before it is rotated; 0 is 100
	MaxBackups int // rotated files that are kept; 0 is all
	MaxAgeDays int // after which a rotated file is deleted; 0 is never
	Logger     *slog.Logger
	Missing    Counter // of the results that are missing from the file
}

// Counter counts results, one by one.
type Counter interface{ Inc() }

// queued is how many lines may wait for the disk: about 4 MB, which a target of 2.5M TPM fills in two minutes.
const queued = 4096

// File is the results file: a line for each result, in the order in which answers ended; see Record. It is a
// prober.Observer. A slow disk never holds up probing:
//
//	Observe ── line ──► queue of 4,096 ──► writer ──► file, one write per line
//	                       └ full: dropped and counted
type File struct {
	file    io.WriteCloser
	missing Counter
	log     *slog.Logger

	mu     sync.RWMutex // held for writing only to close the queue
	closed bool
	queue  chan []byte
	done   chan struct{}
}

// Open fails where the file cannot be opened for writing. Later errors are counted, and logged once a minute. The
// caller must Close the file.
func Open(o Options) (*File, error) {
	f, err := os.OpenFile(o.Path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening the results file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("opening the results file: %w", err)
	}
	return newFile(&lumberjack.Logger{
		Filename: o.Path, MaxSize: o.MaxSizeMB, MaxBackups: o.MaxBackups, MaxAge: o.MaxAgeDays,
	}, o), nil
}

func newFile(file io.WriteCloser, o Options) *File {
	f := &File{
		file: file, missing: o.Missing, log: o.Logger,
		queue: make(chan []byte, queued), done: make(chan struct{}),
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
		f.missing.Inc()
		return
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed {
		f.missing.Inc()
		return
	}
	select {
	case f.queue <- line:
	default:
		f.missing.Inc()
	}
}

// write is the only writer of the file. It ends when the queue is closed and empty.
func (f *File) write() {
	defer close(f.done)
	var logged time.Time
	for line := range f.queue {
		_, err := f.file.Write(line)
		if err == nil {
			continue
		}
		f.missing.Inc()
		if now := time.Now(); logged.IsZero() || now.Sub(logged) >= time.Minute {
			logged = now
			f.log.Error("results file cannot be written", "err", err)
		}
	}
}

// Close writes what is queued and closes the file. If ctx ends before that, the error says how many results are lost.
// Results that are observed later are counted as missing.
func (f *File) Close(ctx context.Context) error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return nil
	}
	f.closed = true
	close(f.queue)
	f.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
		select {
		case <-f.done: // both at once: nothing is lost
		default:
			return fmt.Errorf("closing the results file: %d results or more abandoned: %w", len(f.queue), ctx.Err())
		}
	}
	if err := f.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("closing the results file: %w", err)
	}
	return nil
}
