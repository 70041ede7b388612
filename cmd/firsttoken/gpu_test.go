package main

import (
	"os"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/exporter/dcgm"
	"github.com/firsttoken/firsttoken/internal/simulator"
)

// TestAgentIsHidden checks that the help does not show a command that only the program itself uses.
func TestAgentIsHidden(t *testing.T) {
	t.Parallel()
	if code, stdout, _ := run(t, "--help"); code != 0 || !strings.Contains(stdout, "simulate") ||
		strings.Contains(stdout, dcgm.AgentCommand) {
		t.Errorf("exit code %d:\n%s", code, stdout)
	}
}

// TestAgentFails checks that errors go to stderr: stdout is for frames.
func TestAgentFails(t *testing.T) {
	t.Parallel()
	without := "built without DCGM"
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing to read", nil, "required argument 'engine' not provided"},
		{"no JSON", []string{"node1"}, "agent's argument: invalid character"},
		{"no interval", []string{`{"name":"node1"}`}, "agent's argument: intervals 0s and 0s are not above zero"},
	} {
		if len(c.args) > 0 && !dcgm.Supported {
			c.want = without
		}
		code, stdout, stderr := run(t, append([]string{dcgm.AgentCommand}, c.args...)...)
		if code != 1 || stdout != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q; want %q", c.name, code, stdout, stderr, c.want)
		}
	}
}

// TestCheckKnowsHostEngines checks that `check` refuses what the daemon of the same environment would.
func TestCheckKnowsHostEngines(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "f.yml", "targets:\n  - {name: a, url: 'http://h/v1', api: openai_chat, model: m, "+
		"gpus: [node9]}\n")
	if code, _, stderr := run(t, "check", path); code != 0 { // it may be a name of dcgm-exporter's
		t.Errorf("without host engines: exit code %d: %s", code, stderr)
	}
	code, _, stderr := run(t, "--dcgm.hostengines=node1=unix:///nowhere.sock", "check", path)
	if code != 1 || !strings.Contains(stderr, `f.yml:2: targets[0].gpus[0]: "node9" is neither`) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestInfrastructureIsReloaded changes only the infrastructure of a target: discovery and joins follow, and its
// load is undisturbed.
func TestInfrastructureIsReloaded(t *testing.T) {
	t.Parallel()
	good := simulated(t, simulator.Options{})
	page := strings.TrimSuffix(good, "/v1") + "/metrics"
	path := write(t, t.TempDir(), "firsttoken.yml", small+"targets:\n"+
		target("good", good, `, engine_metrics: ["`+page+`"], gpus: [node1]`))
	r := start(t, "--config.file="+path, "--web.listen-address=127.0.0.1:0")
	eventually(t, "answers", func() bool { return r.value(`firsttoken_requests_total{outcome="ok",target="good"}`) > 5 })
	r.want("/sd/engines", 200, `"`+strings.TrimSuffix(strings.TrimPrefix(page, "http://"), "/metrics")+`"`)
	r.gpus("node1")

	before := r.value(`firsttoken_requests_total{outcome="ok",target="good"}`)
	rewrite(t, path, small+"targets:\n"+target("good", good,
		`, dcgm_metrics: ["http://dcgm:9400/metrics"], gpus: [node2]`))
	r.hup()
	eventually(t, "discovery follows", func() bool {
		_, body := r.get("/sd/engines")
		return strings.Contains(body, "dcgm:9400") && !strings.Contains(body, page)
	})
	if now := r.value(`firsttoken_requests_total{outcome="ok",target="good"}`); now < before {
		t.Errorf("%v answers were %v: the load was started anew", now, before)
	}
	r.gpus("node2")
	r.want("/config", 200, "http://dcgm:9400/metrics")

	rewrite(t, path, small+"targets:\n"+target("good", good, `, gpus: [""]`))
	r.hup()
	eventually(t, "the refusal is counted", func() bool {
		v, _ := r.sample("firsttoken_config_last_reload_successful")
		return v == "0"
	})
	r.want("/sd/engines", 200, "dcgm:9400")
	r.gpus("node2")
}

// gpus checks that the target good has one entry; there are no host engines.
func (r *running) gpus(entry string) {
	r.t.Helper()
	_, page := r.get("/metrics")
	want := `firsttoken_target_gpu_info{gpu="",hostengine="` + entry + `",target="good",uuid=""} 1`
	if n := strings.Count(page, "\nfirsttoken_target_gpu_info{"); n != 1 || !strings.Contains(page, "\n"+want+"\n") {
		r.t.Errorf("%d series of firsttoken_target_gpu_info, want %s alone", n, want)
	}
}

func rewrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
