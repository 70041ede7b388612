package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestDemo runs the demo without a terminal until the first answer. The load is small, so that the machine
// can do other work beside it.
func TestDemo(t *testing.T) {
	t.Parallel()
	r := start(t, "demo", "--web.listen-address=127.0.0.1:0", "--tokens-per-minute=1000000", "--log.level=warn")
	r.want("/-/ready", 200, "ready")
	r.want("/config", 200, "name: tensorrt-llm")
	for _, name := range demoEngines() {
		if _, there := r.sample(`firsttoken_requests_total{outcome="ok",target="` + name + `"}`); !there {
			t.Errorf("%s has no series", name)
		}
	}
	eventually(t, "an answer", func() bool {
		return slices.ContainsFunc(demoEngines(), func(name string) bool {
			return r.counts(`firsttoken_requests_total{outcome="ok",target="` + name + `"}`)
		})
	})
	if code := r.stop(); code != 0 {
		t.Errorf("exit code %d: %s", code, r.stderr)
	}
	out := r.stdout.String()
	for _, want := range []string{
		"simulated", "not measurements", "http://" + r.address() + "/metrics",
		"together      tpm", "sglang        tpm",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing:\n%s", want, out)
		}
	}
}

// TestDemoEnds checks that the end by --for is a clean one.
func TestDemoEnds(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := run(t, "demo", "--for=1ms", "--web.listen-address=127.0.0.1:0", "--log.level=warn")
	if code != 0 || !strings.Contains(stdout, demoNote) {
		t.Errorf("exit code %d: %s\n%s", code, stderr, stdout)
	}
}

func TestDemoBadInput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--incidents.file=/nowhere.yml"}, "no such file"},
		{[]string{"--tokens-per-minute=-1"}, "tokens_per_minute"},
		{[]string{"--for=soon"}, "soon"},
	} {
		code, _, stderr := run(t, append([]string{"demo", "--web.listen-address=127.0.0.1:0"}, c.args...)...)
		if code != 1 || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: exit code %d: %s", c.args, code, stderr)
		}
	}
}

func TestDemoTargets(t *testing.T) {
	t.Parallel()
	c := &demoFlags{last: 10 * time.Minute, tpm: 2.5e6}
	targets, err := c.targets(&engines{all: []demoEngine{
		{name: "together", address: "127.0.0.1:1"}, {name: "sglang", address: "127.0.0.1:2"},
	}})
	if err != nil || len(targets) != 2 {
		t.Fatal(targets, err)
	}
	if left := time.Until(targets[0].Load.Until); left > 10*time.Minute || left < 9*time.Minute {
		t.Errorf("the load ends in %s", left)
	}
	if got := targets[1]; got.Name != "sglang" || got.URL != "http://127.0.0.1:2/v1" ||
		got.Load.TokensPerMinute != 2.5e6 || got.Workload.Limit != 200_000 {
		t.Errorf("%+v", got)
	}
}
