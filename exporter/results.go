package exporter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"gopkg.in/natefinch/lumberjack.v2"

	"github.com/firsttoken/firsttoken/prober"
)

// ResultsOptions say where results go and how much of them is kept.
type ResultsOptions struct {
	Path       string
	MaxSizeMB  int // of one file, before it is rotated; 0 is 100
	MaxBackups int // rotated files that are kept; 0 is all
	MaxAgeDays int // after which a rotated file is deleted; 0 is never
	Logger     *slog.Logger
	Registerer prometheus.Registerer
}

// queued is how many lines may wait for the disk: at the rate of a 2.5M TPM target two minutes of
// them, in about 4 MB.
const queued = 4096

// Results is the results file: one JSON line per result, see Record, in the order in which answers
// ended. It is a prober.Observer. A slow disk never holds up probing:
//
//	Observe ── line ──► queue of 4,096 ──► writer ──► file, one write per line
//	                       └ full: dropped and counted
type Results struct {
	file   io.WriteCloser
	failed prometheus.Counter
	log    *slog.Logger

	mu     sync.RWMutex // held for writing only to close the queue
	closed bool
	queue  chan []byte
	done   chan struct{}
}

// OpenResults fails where the file cannot be written at all; later trouble is counted and logged
// once a minute. The caller must Close it.
func OpenResults(o ResultsOptions) (*Results, error) {
	f, err := os.OpenFile(o.Path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("opening the results file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("opening the results file: %w", err)
	}
	return newResults(&lumberjack.Logger{
		Filename: o.Path, MaxSize: o.MaxSizeMB, MaxBackups: o.MaxBackups, MaxAge: o.MaxAgeDays,
	}, o)
}

func newResults(file io.WriteCloser, o ResultsOptions) (*Results, error) {
	s := &shelf{reg: o.Registerer}
	failed := s.writeErrors()
	if err := s.err(); err != nil {
		return nil, err
	}
	r := &Results{
		file: file, failed: failed, log: o.Logger,
		queue: make(chan []byte, queued), done: make(chan struct{}),
	}
	go r.write()
	return r, nil
}

func (s *shelf) writeErrors() prometheus.Counter {
	f := Family{Name: namespace + "_results_write_errors_total", Type: TypeCounter,
		Help: "Results that are missing from the results file, because it could not be written or not fast enough."}
	c := prometheus.NewCounter(prometheus.CounterOpts(f.opts()))
	s.put(f, c)
	return c
}

// Observe queues a result's line; other events are not recorded.
func (r *Results) Observe(e prober.Event) {
	result, ok := e.(prober.Result)
	if !ok {
		return
	}
	line, err := NewRecord(result).Encode()
	if err != nil {
		r.failed.Inc()
		return
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.closed {
		r.failed.Inc()
		return
	}
	select {
	case r.queue <- line:
	default:
		r.failed.Inc()
	}
}

// write is the only writer, until the queue is closed and empty.
func (r *Results) write() {
	defer close(r.done)
	var complained time.Time
	for line := range r.queue {
		_, err := r.file.Write(line)
		if err == nil {
			continue
		}
		r.failed.Inc()
		if now := time.Now(); complained.IsZero() || now.Sub(complained) >= time.Minute {
			complained = now
			r.log.Error("results file cannot be written", "err", err)
		}
	}
}

// Close writes what is queued and closes the file. If ctx ends before that, it says how many
// results it abandoned. Results that are observed later are counted as missing.
func (r *Results) Close(ctx context.Context) error {
	r.mu.Lock()
	if r.closed {
		r.mu.Unlock()
		return nil
	}
	r.closed = true
	close(r.queue)
	r.mu.Unlock()
	select {
	case <-r.done:
	case <-ctx.Done():
		select {
		case <-r.done: // both at once: nothing is lost
		default:
			return fmt.Errorf("closing the results file: %d results or more abandoned: %w", len(r.queue), ctx.Err())
		}
	}
	if err := r.file.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return fmt.Errorf("closing the results file: %w", err)
	}
	return nil
}
