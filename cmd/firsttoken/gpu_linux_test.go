//go:build cgo && !nodcgm

package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/exporter/dcgm"
	"github.com/firsttoken/firsttoken/internal/simulator"
)

// TestGPUs runs the whole chain: the daemon starts itself as an agent, which asks a host engine
// through libdcgm; the target's GPUs follow a reload, and no agent outlives the daemon. It is not
// parallel: the library is found by the environment.
func TestGPUs(t *testing.T) {
	t.Setenv("LD_LIBRARY_PATH", fakeDCGM(t))
	nodes := t.TempDir()
	t.Setenv("FAKE_DCGM_DIR", nodes)
	write(t, nodes, "127.0.0.1_5555", twoB200s())
	good := simulated(t, simulator.Options{})
	first := small + "targets:\n" + target("good", good, ", gpus: [node1]")
	path := write(t, t.TempDir(), "firsttoken.yml", first)
	r := start(t, "--config.file="+path, "--web.listen-address=127.0.0.1:0", "--dcgm.hostengines=node1=127.0.0.1:5555",
		"--dcgm.interval=1s")
	info := func(gpu int) string {
		return fmt.Sprintf(`firsttoken_target_gpu_info{gpu="%d",hostengine="node1",target="good",uuid="GPU-%d"}`, gpu, gpu)
	}
	eventually(t, "the power of a GPU", func() bool {
		return r.value(`dcgm_gpu_power_watts{gpu="1",hostengine="node1",uuid="GPU-1"}`) == 812.5
	})
	if r.value(info(0)) != 1 || r.value(info(1)) != 1 || r.value(`dcgm_up{hostengine="node1"}`) != 1 {
		t.Error("a GPU of the target is not told")
	}
	if n := len(agents(t)); n != 1 {
		t.Errorf("%d agents, want 1", n)
	}

	rewrite(t, path, strings.Replace(first, "[node1]", "[GPU-1]", 1))
	r.hup()
	eventually(t, "one GPU is left", func() bool { return r.value(info(0)) == 0 && r.value(info(1)) == 1 })
	rewrite(t, path, strings.Replace(first, "[node1]", "[node2]", 1))
	r.hup()
	eventually(t, "an unknown engine is refused", func() bool {
		return strings.Contains(r.stderr.String(), `targets[0].gpus[0]: \"node2\" is neither a host engine`)
	})
	if code := r.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, r.stderr)
	}
	if left := agents(t); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// agents are the processes that this process has started to read GPUs.
func agents(t *testing.T) []string {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, path := range stats {
		stat, _ := os.ReadFile(path) // a process may be gone by now
		_, rest, _ := bytes.Cut(stat, []byte(") "))
		if fields := bytes.Fields(rest); len(fields) < 2 || string(fields[1]) != fmt.Sprint(os.Getpid()) {
			continue
		}
		if args, _ := os.ReadFile(filepath.Dir(path) + "/cmdline"); bytes.Contains(args, []byte(dcgm.AgentCommand)) {
			found = append(found, filepath.Base(filepath.Dir(path)))
		}
	}
	return found
}

// twoB200s is a host engine with two GPUs, in the format of the fake library.
func twoB200s() string {
	lines := []string{
		"version 4.6.1", "client_version 4.5.3", "gpus 2", "epoch 1", "field * 1 s 580.95.05",
		"field * 50 s NVIDIA B200", "field * 155 d 812.5",
	}
	for g := range 2 {
		lines = append(lines, fmt.Sprintf("field %d 54 s GPU-%d", g, g),
			fmt.Sprintf("field %d 57 s 00000000:%02X:00.0", g, g+1), fmt.Sprintf("field %d 55 i %d", g, g))
	}
	return strings.Join(lines, "\n") + "\n"
}

// fakeDCGM compiles the fake library of exporter/dcgm's tests and returns its folder.
func fakeDCGM(t *testing.T) string {
	t.Helper()
	cc, err := exec.LookPath(cmp.Or(os.Getenv("CC"), "gcc"))
	if err != nil {
		t.Skip("no C compiler here (gcc, or the one that CC names) to build the fake libdcgm.so.4: " +
			"apt-get install gcc libc6-dev")
	}
	headers, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/NVIDIA/go-dcgm").Output()
	if err != nil {
		t.Fatalf("finding the headers of go-dcgm: %v", err)
	}
	dir := t.TempDir()
	out, err := exec.Command(cc, "-std=gnu11", "-O1", "-w", "-shared", "-fPIC",
		"-I"+filepath.Join(strings.TrimSpace(string(headers)), "pkg", "dcgm"), "-Wl,-soname,libdcgm.so.4",
		"-o", filepath.Join(dir, "libdcgm.so.4"), "../../exporter/dcgm/testdata/fake_dcgm.c", "-lpthread").CombinedOutput()
	if err != nil {
		t.Fatalf("compiling the fake libdcgm.so.4: %v\n%s", err, out)
	}
	return dir
}
