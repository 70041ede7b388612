package results

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

// losses counts the results that a file lacks.
type losses struct {
	mu sync.Mutex
	of map[Loss]int
}

func (l *losses) Lost(why Loss, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == nil {
		l.of = map[Loss]int{}
	}
	l.of[why] += n
}

func (l *losses) check(t *testing.T, want map[Loss]int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !maps.Equal(l.of, want) {
		t.Errorf("losses %v, want %v", l.of, want)
	}
}

func TestResultsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	lost := new(losses)
	r, err := Open(Options{Path: path, Logger: slog.New(slog.DiscardHandler), Losses: lost})
	if err != nil {
		t.Fatal(err)
	}
	const workers, each = 8, 100
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				r.Observe(probertest.Warm("a"))
				r.Observe(prober.Skipped{Target: "a"}) // not a result
			}
		})
	}
	wg.Wait()
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.Observe(probertest.Warm("a")) // too late
	if err := r.Close(t.Context()); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := 0
	for scan := bufio.NewScanner(f); scan.Scan(); lines++ {
		if rec, err := Decode(scan.Bytes()); err != nil || rec.RequestID != probertest.Warm("a").ID {
			t.Fatalf("line %d: %v, %v", lines, rec, err)
		}
	}
	if lines != workers*each {
		t.Errorf("%d lines, want %d", lines, workers*each)
	}
	lost.check(t, map[Loss]int{LossShutdown: 1})
}

func TestResultsRotate(t *testing.T) {
	dir := t.TempDir()
	r, err := Open(Options{
		Path: filepath.Join(dir, "results.jsonl"), MaxSizeMB: 1,
		Logger: slog.New(slog.DiscardHandler), Losses: new(losses),
	})
	if err != nil {
		t.Fatal(err)
	}
	const each = 1_500 // of a thousand bytes and more
	for range each {
		r.Observe(probertest.Warm("a"))
	}
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("files %v, %v; want two", files, err)
	}
	lines := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines += bytes.Count(text, []byte("\n"))
		if len(text) > 1<<20 || !bytes.HasSuffix(text, []byte("}\n")) {
			t.Errorf("%s: %d bytes, or it ends within a line", file, len(text))
		}
	}
	if lines != each {
		t.Errorf("%d lines in all, want %d", lines, each)
	}
}

func TestResultsCannotBeOpened(t *testing.T) {
	_, err := Open(Options{
		Path:   filepath.Join(t.TempDir(), "none", "results.jsonl"),
		Logger: slog.New(slog.DiscardHandler), Losses: new(losses),
	})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want one of a directory that does not exist", err)
	}
}

// faulty is a disk that fails or hangs.
type faulty struct {
	err   error
	ready chan struct{} // nil never hangs
}

func (d faulty) append([]byte) error {
	if d.ready != nil {
		<-d.ready
	}
	return d.err
}
func (faulty) reopen() error { return nil }
func (faulty) close() error  { return nil }

func TestResultsComplainOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		lost := new(losses)
		r := newFile(faulty{err: errors.New("disk full")}, Options{
			Logger: slog.New(slog.NewTextHandler(&log, nil)), Losses: lost,
		})
		for range 90 { // a result each second, for a minute and a half
			r.Observe(probertest.Warm("a"))
			time.Sleep(time.Second)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(log.String(), "disk full"); n != 2 {
			t.Errorf("logged %d times, want 2", n)
		}
		lost.check(t, map[Loss]int{LossWriteFailed: 90})
	})
}

// The queue is bounded by bytes: of long lines it takes fewer.
func TestResultsNeverBlock(t *testing.T) {
	for name, words := range map[string]int{"ordinary lines": 0, "long lines": 4 << 10} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				result := probertest.WarmWith(func(r *prober.Result) { r.Finish = strings.Repeat("x", words) })
				line, err := NewRecord(result).Encode()
				if err != nil {
					t.Fatal(err)
				}
				const more = 10
				neverBlocks(t, result, queuedBytes/len(line), more)
			})
		})
	}
}

func neverBlocks(t *testing.T, result prober.Result, queued, more int) {
	t.Helper()
	lost := new(losses)
	hung := make(chan struct{})
	r := newFile(faulty{ready: hung}, Options{Logger: slog.New(slog.DiscardHandler), Losses: lost})
	r.Observe(result)
	synctest.Wait() // one is with the disk
	for range queued + more {
		r.Observe(result) // would deadlock here
	}
	lost.check(t, map[Loss]int{LossQueueFull: more})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	err := r.Close(ctx)
	if want := fmt.Sprintf("%d results or more abandoned", queued); !errors.Is(err, context.DeadlineExceeded) ||
		!strings.Contains(err.Error(), want) {
		t.Errorf("closing: %v; want %q", err, want)
	}
	lost.check(t, map[Loss]int{LossQueueFull: more, LossShutdown: queued})
	close(hung)
}

// A renamed file is let go at once, not only with the next result: its space is free when the other program deletes it.
func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	synctest.Test(t, func(t *testing.T) {
		d := &disk{path: path, open: openFile}
		if err := d.reopen(); err != nil {
			t.Fatal(err)
		}
		r := newFile(d, Options{Logger: slog.New(slog.DiscardHandler), Losses: new(losses)})
		synctest.Wait()
		if err := os.Rename(path, path+".1"); err != nil {
			t.Fatal(err)
		}
		r.Reopen()
		synctest.Wait()
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("after the renaming: %v, %v; want a new file", info, err)
		}
		if err := r.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
