package stableread

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// scripted is a reader whose pauses are the steps of a writer, as many as there are.
func scripted(steps ...func()) Reader {
	return Reader{Wait: func(context.Context, time.Duration) error {
		if len(steps) > 0 {
			steps[0]()
			steps = steps[1:]
		}
		return nil
	}}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	now := time.Now()
	set := func(text string) func() { return func() { write(t, path, text) } }
	for _, c := range []struct {
		name, first string
		steps       []func()
		want        string
	}{
		{"nobody writes", "whole", nil, "whole"},
		{"truncated, then in pieces", "", []func(){set("a"), set("ab"), set("abc")}, "abc"},
		{"removed for a moment", "a", []func(){func() { _ = os.Remove(path) }, set("b")}, "b"},
		{"back to what it was, by another inode", "a", []func(){
			func() { write(t, path+".new", "a"); _ = os.Rename(path+".new", path) }, set("b"),
		}, "b"},
		{"written again with the same bytes", "a", []func(){
			func() { _ = os.Chtimes(path, now, now.Add(time.Hour)) }, set("b"),
		}, "b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			write(t, path, c.first)
			got, err := scripted(c.steps...).Read(t.Context(), path)
			if err != nil || string(got[0]) != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
		})
	}
}

func TestReadSeveral(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	write(t, a, "a")
	write(t, b, "")
	got, err := scripted(func() { write(t, b, "b") }).Read(t.Context(), a, b)
	if err != nil || string(got[0])+string(got[1]) != "ab" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	write(t, path, "text")
	n := 0
	restless := Reader{Tries: 5, Wait: func(context.Context, time.Duration) error {
		n++
		write(t, path, strings.Repeat("x", n))
		return nil
	}}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name string
		r    Reader
		ctx  context.Context
		path string
		want string
	}{
		{"changes all the time", restless, t.Context(), path, "5 reads, 100ms apart, were all different"},
		{"is not there", scripted(), t.Context(), path + ".none", "no such file"},
		{"too large", Reader{Limit: 3, Wait: scripted().Wait}, t.Context(), path, "f has more than 3 bytes"},
		{"the process ends", Reader{}, ended, path, context.Canceled.Error()},
	} {
		if got, err := c.r.Read(c.ctx, c.path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
	}
	if n != 4 {
		t.Errorf("%d pauses between 5 reads", n)
	}
}

// A pipe, such as a shell's <(…), can be read once only.
func TestReadPipe(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString("piped"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	pauses := Reader{Wait: func(context.Context, time.Duration) error { return errors.New("a pipe was read twice") }}
	path := filepath.Join("/dev/fd", strconv.Itoa(int(r.Fd())))
	got, err := pauses.Read(t.Context(), path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no /dev/fd here, by which a pipe has a path: Linux and macOS have it")
	}
	if err != nil || string(got[0]) != "piped" {
		t.Errorf("%q, %v", got, err)
	}
}
