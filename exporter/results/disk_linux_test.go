package results

import (
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestKernelEndsAWriteEarly has the kernel cut a line, at the size that a file of this process may have.
func TestKernelEndsAWriteEarly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.jsonl")
	d, err := newDisk(Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.close() })
	line := []byte(strings.Repeat("x", 99) + "\n")
	lost := 0
	limitFiles(t, 1050, func() {
		for range 20 {
			if err := d.append(line); errors.Is(err, unix.EFBIG) {
				lost++
			}
		}
	})
	if err := d.append(line); err != nil {
		t.Fatal(err)
	}
	checkFile(t, path, strings.Repeat(string(line), 11))
	if lost != 10 {
		t.Errorf("%d lines were lost, want 10", lost)
	}
}

// limitFiles bounds the size of all files that the process writes, while f runs.
func limitFiles(t *testing.T, bytes uint64, f func()) {
	t.Helper()
	signal.Ignore(unix.SIGXFSZ)
	defer signal.Reset(unix.SIGXFSZ)
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: bytes, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	f()
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
}

// A pipe has no end of a line to look for, and /dev/full never has room.
func TestNoRegularFile(t *testing.T) {
	d, err := newDisk(Options{Path: "/dev/full"})
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no /dev/full here, a file on which every write fails for want of space: mount a devtmpfs on /dev")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.close() })
	if err := d.append([]byte("first\n")); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("error %v, want that of a full disk", err)
	}
}
