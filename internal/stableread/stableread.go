// Package stableread reads files that another program may be writing. It does not know what is in them.
package stableread

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"time"
)

// The defaults of a Reader. An editor or a script writes a file within milliseconds; a file that still changes after
// three seconds is not going to be left alone.
const (
	defaultPause = 100 * time.Millisecond
	defaultTries = 30
)

// Reader reads files until two reads in a row are equal, with a pause between them: same bytes, size, time of
// modification and inode. The zero value has the defaults.
//
//	read ── pause ── read ── pause ── read ── pause ── read
//	 AB               A               ABC              ABC  → ABC
//
// It excludes what a writer leaves for less than a pause: a file that was truncated and not yet written, one of which
// the first pieces are written, and one that was replaced while it was read (the `..data` link of a ConfigMap changes
// the inode). It cannot exclude a writer that stops for longer than a pause in the middle of a file, or that died
// there: such a file looks like one that is complete. Only a writer that renames a complete file into place does.
// Several files are read together, but each may be of another version.
type Reader struct {
	Pause time.Duration // between two reads; 0 is 100 ms
	Tries int           // reads at most; 0 is 30
	Limit int64         // bytes of a file at most; 0 is no limit
	// Wait waits for a pause, or for the end of ctx. Nil waits by the clock.
	Wait func(ctx context.Context, pause time.Duration) error
}

// Read returns the contents of the files. A file that is not regular, such as a pipe, is read once. A file that cannot
// be read twice in a row is an error, and so is one that changes all the time.
func (r Reader) Read(ctx context.Context, paths ...string) ([][]byte, error) {
	last := r.readAll(paths)
	for tries := 1; ; tries++ {
		if last.once() {
			return last.result()
		}
		if tries >= r.tries() {
			return nil, fmt.Errorf("it is being written all the time: %d reads, %s apart, were all different", tries, r.pause())
		}
		if err := r.wait(ctx); err != nil {
			return nil, err
		}
		next := r.readAll(paths)
		if next.equals(last) {
			return next.result()
		}
		last = next
	}
}

func (r Reader) pause() time.Duration {
	if r.Pause == 0 {
		return defaultPause
	}
	return r.Pause
}

func (r Reader) tries() int {
	if r.Tries == 0 {
		return defaultTries
	}
	return r.Tries
}

func (r Reader) wait(ctx context.Context) error {
	if r.Wait != nil {
		return r.Wait(ctx, r.pause())
	}
	select {
	case <-time.After(r.pause()):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r Reader) readAll(paths []string) reads {
	all := make(reads, len(paths))
	for i, p := range paths {
		all[i].path = p
		all[i].data, all[i].info, all[i].err = r.read(p)
	}
	return all
}

// read follows links when it opens the file: what it returns is of one inode.
func (r Reader) read(path string) (data []byte, info os.FileInfo, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = f.Close() }()
	var from io.Reader = f
	if r.Limit > 0 {
		from = io.LimitReader(f, r.Limit+1)
	}
	if data, err = io.ReadAll(from); err != nil {
		return nil, nil, err
	}
	if r.Limit > 0 && int64(len(data)) > r.Limit {
		return nil, nil, fmt.Errorf("%s has more than %d bytes", path, r.Limit)
	}
	info, err = f.Stat() // after the read, so that a write in between shows
	return data, info, err
}

// reads are one read of each file.
type reads []struct {
	path string
	data []byte
	info os.FileInfo
	err  error
}

// once reports whether some file cannot be read twice.
func (a reads) once() bool {
	for _, f := range a {
		if f.err == nil && !f.info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

func (a reads) equals(b reads) bool {
	for i, x := range a {
		y := b[i]
		switch {
		case x.err != nil || y.err != nil:
			if x.err == nil || y.err == nil || x.err.Error() != y.err.Error() {
				return false
			}
		case !os.SameFile(x.info, y.info) || !x.info.ModTime().Equal(y.info.ModTime()) || !bytes.Equal(x.data, y.data):
			return false
		}
	}
	return true
}

func (a reads) result() ([][]byte, error) {
	all := make([][]byte, len(a))
	for i, f := range a {
		if f.err != nil {
			return nil, f.err
		}
		all[i] = f.data
	}
	return all, nil
}
