package results

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// brittle is a file whose writes end early.
type brittle struct {
	*os.File
	room    *int // bytes until the disk is full
	forever bool // it cannot be truncated
}

var errFull = errors.New("no space left on device")

func (b brittle) Write(p []byte) (int, error) {
	if len(p) <= *b.room {
		*b.room -= len(p)
		return b.File.Write(p)
	}
	n, err := b.File.Write(p[:*b.room])
	*b.room = 0
	return n, errors.Join(err, errFull)
}

func (b brittle) Truncate(size int64) error {
	if b.forever {
		return fs.ErrPermission
	}
	return b.File.Truncate(size)
}

// diskAt is a disk on a file with the given text, and room for so many bytes more.
func diskAt(t *testing.T, text string, room *int, forever bool) *disk {
	t.Helper()
	path := filepath.Join(t.TempDir(), "results.jsonl")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := newDisk(Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	d.open = func(path string) (file, error) {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		return brittle{f, room, forever}, err
	}
	if err := d.reopen(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.close() })
	return d
}

// After a full disk every line is whole, or is a half line alone; none is glued to another.
func TestFullDisk(t *testing.T) {
	for _, c := range []struct {
		name    string
		before  string // in the file at the start
		forever bool
		room    int
		want    string // after a line that does not fit, and one for which there is room again
	}{
		{"within a line", "first\n", false, 3, "first\nthird\n"},
		{"after all of it but the newline", "first\n", false, 6, "first\nthird\n"},
		{"at once", "first\n", false, 0, "first\nthird\n"},
		{"within a line of a file that cannot be cut", "first\n", true, 3, "first\nsec\nthird\n"},
		{"at once, of a file that cannot be cut", "first\n", true, 0, "first\nthird\n"},
		{"killed within a line before", "fir", false, 100, "fir\nsecond\nthird\n"},
		{"killed before, no room for the newline", "fir", false, 0, "fir\nthird\n"},
		{"killed before, room for the newline", "fir", false, 1, "fir\nthird\n"},
		{"killed before, room for the newline, not to be cut", "fir", true, 1, "fir\nthird\n"},
		{"killed before, room for more, not to be cut", "fir", true, 3, "fir\nse\nthird\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			room := c.room
			d := diskAt(t, c.before, &room, c.forever)
			if err := d.append([]byte("second\n")); (err != nil) != (c.room < 7) || err != nil && !errors.Is(err, errFull) {
				t.Fatalf("the second line, into %d bytes: %v", c.room, err)
			}
			room = 100
			if err := d.append([]byte("third\n")); err != nil {
				t.Fatal(err)
			}
			checkFile(t, d.path, c.want)
		})
	}
}

func checkFile(t *testing.T, path, want string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s holds %q, %v; want %q", filepath.Base(path), got, err, want)
	}
}

// Other programs rename, delete, replace and cut the file. The next line is in the file of the name.
func TestFileIsChangedByOthers(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(path string) error
		want   string
		aside  string // in the renamed file
	}{
		{"renamed", func(p string) error { return os.Rename(p, p+".1") }, "second\n", "first\n"},
		{"deleted", os.Remove, "second\n", ""},
		{"cut to nothing", func(p string) error { return os.Truncate(p, 0) }, "second\n", ""},
		{"replaced by one that ends within a line", func(p string) error {
			return errors.Join(os.Rename(p, p+".1"), os.WriteFile(p, []byte("other"), 0o600))
		}, "other\nsecond\n", "first\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "results.jsonl")
			d, err := newDisk(Options{Path: path})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.close() })
			if err := errors.Join(d.append([]byte("first\n")), c.change(path), d.append([]byte("second\n"))); err != nil {
				t.Fatal(err)
			}
			checkFile(t, path, c.want)
			if c.aside != "" {
				checkFile(t, path+".1", c.aside)
			}
		})
	}
}

// A half line that somebody else has changed meanwhile is not cut: what was added behind it would go.
func TestOnlyOwnHalfLinesAreCut(t *testing.T) {
	room := 3
	d := diskAt(t, "first\n", &room, false)
	held := d.file.(brittle)
	d.file = racing{held, d.path}
	if err := d.append([]byte("second\n")); !errors.Is(err, errFull) {
		t.Fatal(err)
	}
	room = 100
	if err := d.append([]byte("third\n")); err != nil {
		t.Fatal(err)
	}
	checkFile(t, d.path, "first\nsecmine\n\nthird\n")
}

// racing is a file to which somebody else writes at the same time.
type racing struct {
	brittle
	path string
}

func (r racing) Write(p []byte) (int, error) {
	n, err := r.brittle.Write(p)
	if err != nil {
		_, e := r.WriteString("mine\n")
		err = errors.Join(err, e)
	}
	return n, err
}

// Prompts, models and addresses are nobody's business: the file and those that were rotated are the owner's. A mode
// that somebody has chosen stays.
func TestMode(t *testing.T) {
	for _, c := range []struct {
		before, want fs.FileMode
	}{{0, 0o600}, {0o640, 0o640}} {
		path := filepath.Join(t.TempDir(), "results.jsonl")
		if c.before != 0 {
			if err := errors.Join(os.WriteFile(path, nil, c.before), os.Chmod(path, c.before)); err != nil {
				t.Fatal(err)
			}
		}
		d, err := newDisk(Options{Path: path, MaxSizeMB: 1})
		if err != nil {
			t.Fatal(err)
		}
		line := []byte(strings.Repeat("x", 700<<10) + "\n")
		if err := errors.Join(d.append(line), d.append(line), d.close()); err != nil { // the second is rotated
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
		if err != nil || len(files) != 2 {
			t.Fatalf("%v, %v; want two files", files, err)
		}
		for _, file := range files {
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != c.want {
				t.Errorf("%s: mode %v, %v; want %v", file, info.Mode(), err, c.want)
			}
		}
	}
}
