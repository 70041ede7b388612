package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// mute is the sender of targets that are paused.
type mute struct{}

func (mute) Send(context.Context, *chat.Request, func(time.Time)) chat.Exchange {
	return chat.Exchange{Outcome: chat.Refused}
}
func (mute) Close() {}

func connectNowhere(prober.Target) (prober.Sender, error) { return mute{}, nil }

// configured is the configuration of a file, as the daemon has it, without its pages. Nobody waits between two reads
// unless the test does.
func configured(t *testing.T, path string, connect connector, args ...string) *configuration {
	t.Helper()
	o, err := fromEnvironment(append(args, "FIRSTTOKEN_CONFIG_FILE="+path))
	if err != nil {
		t.Fatal(err)
	}
	file, err := o.readOnce(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := probe(t.Context(), file, serviceOptions{options: o, log: slog.New(slog.DiscardHandler), connect: connect})
	if err != nil {
		t.Fatal(err)
	}
	c.reader.Wait = func(context.Context, time.Duration) error { return nil }
	t.Cleanup(func() {
		if c.unwatch != nil {
			c.unwatch()
		}
		c.watching.Wait()
		if err := c.service.stop(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// versions are some complete files. The beginnings of each are valid files, too: of fewer targets.
func versions() []string {
	all := make([]string, 4)
	for i := range all {
		all[i] = fmt.Sprintf("# version %d\ndefaults: {api: openai_chat, model: m, load: {paused: true}}\ntargets:\n", i)
		for j := range i + 1 {
			all[i] += fmt.Sprintf("  - name: t%d-%d\n    url: http://h/v1\n", j, i%2)
		}
	}
	return all
}

// targetsOf are the names of the targets that a version describes.
func targetsOf(t *testing.T, version string) string {
	t.Helper()
	f, err := config.Parse("f.yml", []byte(version), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return namesOf(f.Targets)
}

func namesOf(targets []prober.Target) string {
	names := make([]string, len(targets))
	for i, target := range targets {
		names[i] = target.Name
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// careless writes versions of a file as programs do that do not think of readers. It writes by steps.
type careless struct {
	t      *testing.T
	random *rand.Rand
	path   string
	left   []func() // of the version that is being written
}

// pause is a pause of the reader: a writer in the middle of a file takes at least one step in it. That is what two
// equal reads rest on; see package stableread.
func (w *careless) pause(context.Context, time.Duration) error {
	for range 1 + w.random.IntN(3) {
		w.step()
	}
	return nil
}

// step goes on with a version, or rests, or begins another.
func (w *careless) step() {
	if len(w.left) == 0 {
		if w.random.IntN(3) > 0 {
			return
		}
		all := versions()
		w.left = w.plan(all[w.random.IntN(len(all))])
	}
	w.left[0]()
	w.left = w.left[1:]
}

// plan writes a version in one of the ways that there are.
func (w *careless) plan(version string) []func() {
	switch w.random.IntN(3) {
	case 0:
		return w.inPieces(w.path, version)
	case 1: // an editor: the old file is moved away first
		return append([]func(){func() { w.do(os.Rename(w.path, w.path+"~")) }}, w.inPieces(w.path, version)...)
	default: // the right way
		return append(w.inPieces(w.path+".new", version), func() { w.do(os.Rename(w.path+".new", w.path)) })
	}
}

// inPieces truncates the file and writes it in pieces, which end at the end of a line or anywhere.
func (w *careless) inPieces(path, version string) []func() {
	steps := []func(){func() { w.do(os.WriteFile(path, nil, 0o600)) }}
	for rest := version; rest != ""; {
		n := 1 + w.random.IntN(len(rest))
		if i := strings.Index(rest[n-1:], "\n"); i >= 0 && w.random.IntN(2) == 0 {
			n += i
		}
		piece := rest[:n]
		rest = rest[n:]
		steps = append(steps, func() {
			f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
			w.do(err)
			_, err = f.WriteString(piece)
			w.do(err)
			w.do(f.Close())
		})
	}
	return steps
}

func (w *careless) do(err error) {
	if err != nil {
		w.t.Fatal(err)
	}
}

// configMap exchanges versions as the kubelet does: the file is a link into ..data, a link to a folder of its own for
// each version.
type configMap struct {
	careless
	n int
}

func (w *configMap) pause(context.Context, time.Duration) error {
	for range 1 + w.random.IntN(3) {
		if len(w.left) == 0 && w.random.IntN(3) == 0 {
			all := versions()
			w.left = w.swap(all[w.random.IntN(len(all))])
		}
		if len(w.left) > 0 {
			w.left[0]()
			w.left = w.left[1:]
		}
	}
	return nil
}

func (w *configMap) swap(version string) []func() {
	w.n++
	root, name := filepath.Dir(w.path), fmt.Sprintf("..%d", w.n)
	old, _ := os.Readlink(filepath.Join(root, "..data"))
	dir := filepath.Join(root, name)
	steps := append([]func(){func() { w.do(os.Mkdir(dir, 0o700)) }}, w.inPieces(filepath.Join(dir, "f.yml"), version)...)
	return append(steps,
		func() { w.do(os.Symlink(name, filepath.Join(root, "..data_tmp"))) },
		func() { w.do(os.Rename(filepath.Join(root, "..data_tmp"), filepath.Join(root, "..data"))) },
		func() {
			if old != "" {
				w.do(os.RemoveAll(filepath.Join(root, old)))
			}
		},
	)
}

// TestStorm reloads 500 times while the file is being rewritten: what runs is always what some complete version says.
// Without the second read it fails within a few reloads.
func TestStorm(t *testing.T) {
	t.Parallel()
	t.Run("rewritten", func(t *testing.T) {
		t.Parallel()
		path := write(t, t.TempDir(), "f.yml", versions()[0])
		w := &careless{t: t, random: rand.New(rand.NewPCG(1, 1)), path: path}
		storm(t, path, w.pause)
	})
	t.Run("ConfigMap", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		path := filepath.Join(dir, "f.yml")
		w := &configMap{careless: careless{t: t, random: rand.New(rand.NewPCG(2, 2)), path: path}}
		for _, step := range w.swap(versions()[0]) {
			step()
		}
		w.do(os.Symlink("..data/f.yml", path))
		storm(t, path, w.pause)
	})
}

func storm(t *testing.T, path string, pause func(context.Context, time.Duration) error) {
	t.Helper()
	described := map[uint64]string{}
	for _, v := range versions() {
		described[config.HashOf([]byte(v))] = targetsOf(t, v)
	}
	c := configured(t, path, connectNowhere)
	c.reader.Wait = pause
	reloads := 500
	if testing.Short() {
		reloads = 40
	}
	taken, seen := 0, map[uint64]bool{}
	for i := range reloads {
		if c.load(t.Context()) == nil {
			taken++
		}
		in := c.file.Load()
		names, ok := described[in.Hash]
		if !ok || namesOf(in.Targets) != names || strings.Join(c.service.history.Targets(), " ") != names {
			t.Fatalf("reload %d: runs %v, configured as %q; no version of the file says so",
				i, c.service.history.Targets(), namesOf(in.Targets))
		}
		seen[in.Hash] = true
		_ = pause(t.Context(), 0) // the next reload begins in the middle of a version, or not
	}
	if taken < reloads/2 || len(seen) != len(described) {
		t.Errorf("%d of %d reloads were successful, with %d versions of %d", taken, reloads, len(seen), len(described))
	}
	t.Logf("%d of %d reloads were successful", taken, reloads)
}
