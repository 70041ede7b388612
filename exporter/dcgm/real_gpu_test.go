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
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestRealGPU is what `make check-gpu` runs: FIRSTTOKEN_CHECK_GPU=1 go test -run TestRealGPU -v.
// It talks to the host engine of FIRSTTOKEN_CHECK_GPU_HOSTENGINE, to one at the usual places, or
// to one that it starts for itself. Asked for and without a GPU it fails: what was not checked has
// not passed.
func TestRealGPU(t *testing.T) {
	if os.Getenv("FIRSTTOKEN_CHECK_GPU") == "" {
		t.Skip("needs an NVIDIA GPU, its driver and DCGM 4 (datacenter-gpu-manager-4-core of NVIDIA's repository): " +
			"run `make check-gpu` on a machine that has them")
	}
	address := realEngine(t)
	t.Logf("host engine: %s", address)
	o := Options{Interval: time.Second, SlowInterval: 2 * time.Second}
	if err := o.Hostengines.Set("node1=" + address); err != nil {
		t.Fatal(err)
	}
	p := o.agentTiming()
	p.retryHopeless = 2 * time.Second
	r := run(t, o, p, func(ctx context.Context, argument string) (*exec.Cmd, error) {
		cmd := exec.CommandContext(ctx, "/proc/self/exe", AgentCommand, argument)
		cmd.Env = append(os.Environ(), asAgent+"=1")
		return cmd, nil
	})
	r.eventually("a host engine with a GPU", func(s scrape) string {
		if strings.Contains(r.log.String(), "op="+opLibrary) {
			t.Fatal("NOT CHECKED: libdcgm.so.4 is not installed here, so there is no NVIDIA GPU to check with DCGM")
		}
		if s[engine("dcgm_up")] != "1" || s[engine("dcgm_gpus")] == "0" {
			return fmt.Sprintf("NOT CHECKED: no NVIDIA GPU answers through DCGM at %s\n%s", address, r.log)
		}
		return ""
	})
	gpus := realGPUs(r)
	if len(gpus) == 0 {
		t.Fatal("NOT CHECKED: the host engine has no GPU")
	}
	first := r.eventually("energy", func(s scrape) string { return s.lacks(gpus, "energy_joules_total") })
	last := r.eventually("energy that grows", func(s scrape) string {
		for _, labels := range gpus {
			if s.number("dcgm_gpu_energy_joules_total"+labels) <= first.number("dcgm_gpu_energy_joules_total"+labels) {
				return labels + " does not grow"
			}
		}
		return ""
	})
	for _, labels := range gpus {
		checkPlausible(t, last, labels)
	}
	if n := len(last); n > 65*len(gpus)+40 {
		t.Errorf("%d series for %d GPUs", n, len(gpus))
	}
	reportUnsupported(t, last)
}

// realEngine finds or starts a host engine.
func realEngine(t *testing.T) string {
	t.Helper()
	if address := os.Getenv("FIRSTTOKEN_CHECK_GPU_HOSTENGINE"); address != "" {
		return address
	}
	program, err := exec.LookPath("nv-hostengine")
	if err != nil {
		return "127.0.0.1:5555" // its usual place; perhaps in a container of its own
	}
	socket := filepath.Join(t.TempDir(), "dcgm.sock")
	cmd := exec.Command(program, "-n", "--domain-socket", socket, "--pid", socket+".pid")
	if err := cmd.Start(); err != nil {
		return "127.0.0.1:5555"
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if _, err := os.Stat(socket); err == nil {
			break
		}
	}
	return "unix://" + socket
}

// realGPUs are the labels of the GPUs that are up.
func realGPUs(r *harness) []string {
	var gpus []string
	for name, value := range r.scrape() {
		if labels, ok := strings.CutPrefix(name, "dcgm_gpu_up"); ok && value == "1" {
			gpus = append(gpus, labels)
		}
	}
	slices.Sort(gpus)
	return gpus
}

func (s scrape) number(name string) float64 {
	v, err := strconv.ParseFloat(cmp.Or(s[name], "NaN"), 64)
	if err != nil {
		return 0
	}
	return v
}

func (s scrape) lacks(gpus []string, name string) string {
	for _, labels := range gpus {
		if _, ok := s["dcgm_gpu_"+name+labels]; !ok {
			return labels + " has no " + name
		}
	}
	return ""
}

// checkPlausible holds what every data centre GPU gives to what it can be; fields that it does not
// give are reported, not asserted.
func checkPlausible(t *testing.T, s scrape, labels string) {
	t.Helper()
	for _, row := range []struct {
		name        string
		least, most float64
	}{
		{"power_watts", 5, 2000},
		{"power_limit_watts", 50, 2000},
		{"temperature_celsius", 5, 110},
		{"sm_clock_hertz", 100e6, 4e9}, // wrong by a factor of a million if it is still in MHz
		{"memory_capacity_bytes", 8 << 30, 1 << 40},
		{"memory_used_bytes", 0, 1 << 40},
		{"utilization_ratio", 0, 1},
		{"sm_active_ratio", 0, 1},
		{"tensor_active_ratio", 0, 1},
		{"dram_active_ratio", 0, 1},
		{"xid_errors_total", 0, 1000},
	} {
		text, ok := s["dcgm_gpu_"+row.name+labels]
		if !ok {
			t.Logf("%s: no %s", labels, row.name)
			continue
		}
		if v, err := strconv.ParseFloat(text, 64); err != nil || v < row.least || v > row.most {
			t.Errorf("%s of %s is %s, not within %v and %v", row.name, labels, text, row.least, row.most)
		}
	}
	if s.number("dcgm_gpu_memory_used_bytes"+labels) > s.number("dcgm_gpu_memory_capacity_bytes"+labels) {
		t.Errorf("%s uses more memory than it has", labels)
	}
	if s.number("dcgm_gpu_sm_clock_hertz"+labels) > 1.05*s.number("dcgm_gpu_sm_clock_max_hertz"+labels) {
		t.Errorf("%s runs above its highest clock", labels)
	}
}

func reportUnsupported(t *testing.T, s scrape) {
	t.Helper()
	names := map[string]string{}
	for _, f := range fields() {
		names[strconv.Itoa(int(f.id))] = cmp.Or(f.name, "clock_event_active")
	}
	for name := range s {
		if labels, ok := strings.CutPrefix(name, "dcgm_field_unsupported"); ok {
			_, rest, _ := strings.Cut(labels, `field="`)
			id, _, _ := strings.Cut(rest, `"`)
			t.Logf("not supported: dcgm_gpu_%s %s", names[id], labels)
		}
	}
	for name := range s {
		if strings.HasPrefix(name, "dcgm_build_info") || strings.HasPrefix(name, "dcgm_gpu_info") {
			t.Log(name)
		}
	}
}
