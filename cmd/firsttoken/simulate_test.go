package main

import (
	"strings"
	"testing"
)

func TestSimulate(t *testing.T) {
	t.Parallel()
	r := start(t, "simulate", "--listen-address=127.0.0.1:0", "--profile=fast", "--profile=together")
	r.want("/health", 200, "")
	r.want("/v1/models", 200, `"together"`)
	r.want("/metrics", 200, "vllm:num_requests_running")
	if out := r.stdout.String(); !strings.Contains(out, "name: sim-fast") || !strings.Contains(out, r.address()) {
		t.Errorf("it does not say how to probe it:\n%s", out)
	}
	if code := r.stop(); code != 0 {
		t.Errorf("exit code %d: %s", code, r.stderr)
	}
}

// TestSimulateIsProbed sends a turn with a key to the server of `simulate`.
func TestSimulateIsProbed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := write(t, dir, "sim.key", "sesame\n")
	r := start(t, "simulate", "--listen-address=127.0.0.1:0", "--profile=fast", "--model=m", "--api-key.file="+key)
	path := write(t, dir, "firsttoken.yml", small+"targets:\n"+
		target("right", "http://"+r.address()+"/v1", ", api_key_file: sim.key")+
		target("none", "http://"+r.address()+"/v1", ""))
	if code, out, _ := run(t, "once", "right", "--config.file="+path); code != 0 {
		t.Errorf("with the key: %d\n%s", code, out)
	}
	if code, out, _ := run(t, "once", "none", "--config.file="+path); code != 1 || !strings.Contains(out, "HTTP 401") {
		t.Errorf("without: %d\n%s", code, out)
	}
}

func TestSimulateBadInput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"unknown profile", []string{"--profile=warp"}, "warp"},
		{"one name for two", []string{"--profile=fast", "--profile=vllm", "--model=m"}, "--model names one engine"},
		{"no incidents", []string{"--incidents.file=/nowhere.yml"}, "no such file"},
		{"bad incidents", []string{"--incidents.file=" + write(t, dir, "i.yml", "- at: 1m\n  kind: flood\n")}, "i.yml:"},
		{"no profile file", []string{"--profile.file=/nowhere.yml"}, "no such file"},
		{"bad profile", []string{"--profile.file=" + write(t, dir, "p.yml", "name: x\nfrontends: {}\n")}, "p.yml"},
		{"empty key", []string{"--api-key.file=" + write(t, dir, "e.key", " \n")}, "is empty"},
		{"bad address", []string{"--listen-address=nowhere"}, "listening for requests"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"simulate"}, c.args...)
			if !strings.Contains(strings.Join(args, " "), "--listen-address") {
				args = append(args, "--listen-address=127.0.0.1:0")
			}
			if code, _, stderr := run(t, args...); code != 1 || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d, want %q:\n%s", code, c.want, stderr)
			}
		})
	}
}
