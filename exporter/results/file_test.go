package results

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/probertest"
)

// counter counts the results that a file lacks.
type counter struct{ atomic.Int64 }

func (c *counter) Inc() { c.Add(1) }

func (c *counter) check(t *testing.T, want int64) {
	t.Helper()
	if got := c.Load(); got != want {
		t.Errorf("%d results counted as missing, want %d", got, want)
	}
}

func TestResultsFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	missing := new(counter)
	r, err := Open(Options{Path: path, Logger: slog.New(slog.DiscardHandler), Missing: missing})
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
	missing.check(t, 1)
}

func TestResultsRotate(t *testing.T) {
	dir := t.TempDir()
	r, err := Open(Options{
		Path: filepath.Join(dir, "results.jsonl"), MaxSizeMB: 1,
		Logger: slog.New(slog.DiscardHandler), Missing: new(counter),
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
		Logger: slog.New(slog.DiscardHandler), Missing: new(counter),
	})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want one of a directory that does not exist", err)
	}
}

// disk is a file that fails or hangs.
type disk struct {
	err   error
	ready chan struct{} // nil never hangs
}

func (d disk) Write(p []byte) (int, error) {
	if d.ready != nil {
		<-d.ready
	}
	return len(p), d.err
}
func (disk) Close() error { return nil }

func TestResultsComplainOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		missing := new(counter)
		r := newFile(disk{err: errors.New("disk full")}, Options{
			Logger: slog.New(slog.NewTextHandler(&log, nil)), Missing: missing,
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
		missing.check(t, 90)
	})
}

func TestResultsNeverBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		missing := new(counter)
		hung := make(chan struct{})
		r := newFile(disk{ready: hung}, Options{Logger: slog.New(slog.DiscardHandler), Missing: missing})
		const more = 10
		r.Observe(probertest.Warm("a"))
		synctest.Wait() // one is with the disk
		for range queued + more {
			r.Observe(probertest.Warm("a")) // would deadlock here
		}
		missing.check(t, more)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		err := r.Close(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "4096 results or more abandoned") {
			t.Errorf("closing: %v; want the number of results that are lost", err)
		}
		close(hung)
	})
}
