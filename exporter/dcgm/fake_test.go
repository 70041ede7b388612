//go:build cgo && linux && !nodcgm

package dcgm

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeLibrary is the folder of the fake libdcgm.so.4, which is compiled once per run.
var fakeLibrary struct {
	once sync.Once
	dir  string
	skip string
	err  error
}

// buildFake compiles testdata/fake_dcgm.c against the headers that go-dcgm ships.
func buildFake(t testing.TB) string {
	t.Helper()
	f := &fakeLibrary
	f.once.Do(func() { f.dir, f.skip, f.err = compileFake() })
	if f.skip != "" {
		t.Skip(f.skip)
	}
	if f.err != nil {
		t.Fatal(f.err)
	}
	return f.dir
}

func compileFake() (dir, skip string, err error) {
	cc := compiler()
	if cc == "" {
		return "", "no C compiler here (gcc, or the one that CC names) to build the fake libdcgm.so.4: " +
			"apt-get install gcc libc6-dev", nil
	}
	headers, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/NVIDIA/go-dcgm").Output()
	if err != nil {
		return "", "", fmt.Errorf("finding the headers of go-dcgm: %w", err)
	}
	if dir, err = os.MkdirTemp("", "fake-dcgm"); err != nil {
		return "", "", err
	}
	out, err := exec.Command(cc, "-std=gnu11", "-O1", "-w", "-shared", "-fPIC",
		"-I"+filepath.Join(strings.TrimSpace(string(headers)), "pkg", "dcgm"),
		"-Wl,-soname,libdcgm.so.4", "-Wl,-z,defs",
		"-o", filepath.Join(dir, "libdcgm.so.4"), "testdata/fake_dcgm.c", "-lpthread").CombinedOutput()
	if err != nil {
		return dir, "", fmt.Errorf("compiling the fake libdcgm.so.4: %w\n%s", err, out)
	}
	return dir, "", nil
}

// compiler returns the path of the C compiler, empty where there is none.
func compiler() string {
	path, err := exec.LookPath(cmp.Or(os.Getenv("CC"), "gcc"))
	if err != nil {
		return ""
	}
	return path
}

func removeFake() { _ = os.RemoveAll(fakeLibrary.dir) }

// node is a host engine of the fake library: a file of lines.
type node struct {
	t     testing.TB
	dir   string
	host  string // its address; with ':' as '_' the name of its file
	lines []string
}

// b200s are eight B200 under load, as a host engine of DCGM 4.6 would report them.
func b200s() []string {
	lines := []string{
		"version 4.6.1", "client_version 4.5.3", "gpus 8", "epoch 1",
		"field * 1 s 580.95.05", "field * 50 s NVIDIA B200",
		"field * 155 d 812.5", "field * 164 d 1000", "field * 156 i 123456789",
		"field * 150 i 61", "field * 140 i 58", "field * 153 i 24",
		"field * 100 i 1965", "field * 113 i 1965", "field * 101 i 3996", "field * 112 i 4",
		"field * 1420 i 1500000000", "field * 1421 i 0", "field * 1422 i 0", "field * 1423 i 2500000", "field * 1424 i 0",
		"field * 252 i 166593", "field * 250 i 183359", "field * 253 i 622", "field * 203 i 97",
		"field * 1001 d 0.96", "field * 1002 d 0.91", "field * 1003 d 0.33", "field * 1004 d 0.47", "field * 1005 d 0.58",
		"field * 1201 i 9000000000000", "field * 1203 i 8999999999999", "field * 1011 i 7", "field * 1012 i 7",
		"field * 1091 i 5000000000", "field * 1092 i 6000000000", "field * 1009 i 7", "field * 1010 i 7",
		"field * 1206 i 0", "field * 1209 i 0", "field * 1210 i 0", "field * 1212 i 0",
		"field * 1213 i 1", "field * 1214 i 42", "field * 1219 i 3",
		"field * 1216 d 1e-15", "field * 1218 d 1e-18",
		"field * 170 i 3", "field * 175 i 1", "field * 202 i 2", "field * 1501 i 1",
		"field * 237 i 5", "field * 235 i 5", "field * 238 i 16", "field * 236 i 16",
		"field * 310 i 4", "field * 311 i 0", "field * 393 i 0", "field * 394 i 1", "field * 395 i 0", "field * 396 i 0",
		"field * 346 i 0", "field * 1507 i 0", "field * 1523 i 0",
	}
	for g := range 8 {
		lines = append(lines,
			fmt.Sprintf("field %d 54 s %s", g, uuid(g)),
			fmt.Sprintf("field %d 57 s 00000000:%02X:00.0", g, 0x1a+g),
			fmt.Sprintf("field %d 55 i %d", g, g))
	}
	return lines
}

func uuid(gpu int) string { return fmt.Sprintf("GPU-0000000%d-b200-4000-8000-000000000000", gpu) }

// newNode has no engine yet: connections are refused until serve is called.
func newNode(t testing.TB, dir, host string) *node {
	t.Helper()
	return &node{t: t, dir: dir, host: host}
}

// serve replaces the lines of the engine.
func (n *node) serve(lines ...string) {
	n.t.Helper()
	n.lines = slices.Clone(lines)
	n.write()
}

// add appends lines; the last line that matches wins.
func (n *node) add(lines ...string) {
	n.t.Helper()
	n.lines = append(n.lines, lines...)
	n.write()
}

// without removes lines.
func (n *node) without(lines ...string) {
	n.t.Helper()
	n.lines = slices.DeleteFunc(n.lines, func(l string) bool { return slices.Contains(lines, l) })
	n.write()
}

// awaitHang waits until a call hangs as a line "hang SYMBOL" orders.
func (n *node) awaitHang() {
	n.t.Helper()
	marker := n.file() + ".hanging"
	for end := time.Now().Add(deadline); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(marker); err == nil {
			return
		}
	}
	n.t.Fatalf("no call hung within %v", deadline)
}

// stop removes the engine: connections are refused.
func (n *node) stop() { _ = os.Remove(n.file()) }

func (n *node) file() string {
	return filepath.Join(n.dir, strings.NewReplacer(":", "_", "/", "_").Replace(n.host))
}

// write renames, so that the library never reads half a file.
func (n *node) write() {
	n.t.Helper()
	next := filepath.Join(n.dir, ".next")
	if err := os.WriteFile(next, []byte(strings.Join(n.lines, "\n")+"\n"), 0o600); err != nil {
		n.t.Fatal(err)
	}
	if err := os.Rename(next, n.file()); err != nil {
		n.t.Fatal(err)
	}
}

// agentOf makes the command that runs this test binary as an agent with the fake library.
func agentOf(library, dir string) func(context.Context, string) (*exec.Cmd, error) {
	return func(ctx context.Context, argument string) (*exec.Cmd, error) {
		cmd := exec.CommandContext(ctx, "/proc/self/exe", AgentCommand, argument)
		cmd.Env = append(os.Environ(), asAgent+"=1", "LD_LIBRARY_PATH="+library, "FAKE_DCGM_DIR="+dir)
		return cmd, nil
	}
}
