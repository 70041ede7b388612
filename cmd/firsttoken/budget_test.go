package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

// TestBudget takes a ledger through its life: a daemon spends until nothing is left, is asked what it has spent while
// it runs, gets more by a reload, keeps others away from the file, and finds what it spent after a restart.
func TestBudget(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(tokens string) string {
		return small + "budget: {timezone: Europe/Berlin}\ntargets:\n" +
			target("a", simulated(t, simulator.Options{}), ", budget: {tokens_per_day: "+tokens+", tokens_per_month: unlimited}")
	}
	first := file("100000")
	path := write(t, dir, "firsttoken.yml", first)
	r := start(t, "--config.file="+path, "--web.listen-address=127.0.0.1:0", "--workload.seed=1")
	eventually(t, "slots are skipped for the budget", func() bool {
		return r.counts(`firsttoken_turns_skipped_total{reason="budget",target="a"}`)
	})
	within := func(who string, tokens float64) {
		t.Helper()
		if tokens <= 0 || tokens > 100_000 {
			t.Errorf("%s says that %v tokens are spent", who, tokens)
		}
	}
	within("the daemon", r.value(`firsttoken_budget_spent_tokens{period="day",target="a"}`))
	r.want("/", 200, "tokens a day spent")
	r.want("/targets", 200, `"period":"day"`)

	// While it runs.
	code, stdout, stderr := run(t, "budget", "show", "--json", path)
	var spendings []spending
	if err := json.Unmarshal([]byte(stdout), &spendings); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v:\n%s%s", code, err, stdout, stderr)
	}
	for _, s := range spendings {
		if s.Target == "a" && s.Unit == "tokens" {
			within("the ledger", s.Spent)
		}
	}
	code, _, stderr = run(t, "budget", "reset", path)
	if code != 1 || !strings.Contains(stderr, "is in use by another process") {
		t.Errorf("reset of a ledger in use: %d, %s", code, stderr)
	}

	// Other caps disturb nothing, another file is refused.
	write(t, dir, "firsttoken.yml", strings.Replace(first, "tokens_per_day: 100000", "tokens_per_day: 1e12", 1))
	r.hup()
	eventually(t, "more is spent than there was", func() bool {
		return r.value(`firsttoken_requests_total{outcome="ok",target="a"}`) > 35 // of some 4,000 tokens
	})
	write(t, dir, "firsttoken.yml", strings.Replace(first, "timezone: Europe/Berlin", "file: other.db", 1))
	r.hup()
	eventually(t, "another file is refused", func() bool {
		v, _ := r.sample("firsttoken_config_last_reload_successful")
		return v == "0" && strings.Contains(r.stderr.String(), "needs a restart")
	})
	if code := r.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, r.stderr)
	}

	// After a restart.
	write(t, dir, "firsttoken.yml", first)
	again := start(t, "--config.file="+path, "--web.listen-address=127.0.0.1:0", "--workload.seed=1")
	eventually(t, "nothing is left after a restart", func() bool {
		return again.counts(`firsttoken_turns_skipped_total{reason="budget",target="a"}`)
	})
	if n := again.value(`firsttoken_requests_total{outcome="ok",target="a"}`); n > 0 {
		t.Errorf("%v requests were sent", n)
	}
	again.stop()
	code, stdout, stderr = run(t, "budget", "reset", path)
	asides, _ := filepath.Glob(filepath.Join(dir, ledgerName+".*"))
	if code != 0 || len(asides) != 1 || !strings.Contains(stdout, asides[0]) {
		t.Errorf("reset: %d, %s%s, %v", code, stdout, stderr, asides)
	}
	code, stdout, _ = run(t, "budget", path)
	if code != 0 || !strings.Contains(stdout, "tokens a day") || strings.Contains(stdout, "stopped") {
		t.Errorf("after a reset: %d\n%s", code, stdout)
	}
}

// TestBudgetFile: the configuration's own comes first, then the flag's, then one beside the configuration.
func TestBudgetFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file, want string
		args             []string
	}{
		{"beside the configuration", "", ledgerName, nil},
		{"by flag", "", "flag.db", []string{"--budget.file=DIR/flag.db"}},
		{"by configuration", "budget: {file: own.db}\n", "own.db", []string{"--budget.file=DIR/flag.db"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := write(t, dir, "firsttoken.yml", c.file+"targets: []\n")
			args := []string{"--config.file=" + path, "--web.listen-address=127.0.0.1:0"}
			for _, a := range c.args {
				args = append(args, strings.ReplaceAll(a, "DIR", dir))
			}
			r := start(t, args...)
			r.want("/-/ready", 200, "ready")
			if _, err := os.Stat(filepath.Join(dir, c.want)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestBadLedgers keep the daemon from starting, with a word on how to go on.
func TestBadLedgers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, want string }{
		{"damaged", "damaged.db", "To go on as if nothing had been spent in this day and month, move it aside: mv "},
		{"nowhere", "no/where.db", "--budget.file, says where it is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, "damaged.db", strings.Repeat("what is this? ", 4096))
			path := write(t, dir, "firsttoken.yml", "budget: {file: "+c.file+"}\ntargets: []\n")
			code, _, stderr := run(t, "--config.file="+path, "--web.listen-address=127.0.0.1:0")
			if code != 1 || !strings.Contains(stderr, c.want) {
				t.Errorf("exit code %d, %s", code, stderr)
			}
		})
	}
}

// TestCheckShowsCaps, those by default and those that the file has.
func TestCheckShowsCaps(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "firsttoken.yml", `
budget: {dollars_per_month: 900}
defaults: {url: "http://vllm:8000/v1", api: openai_chat, model: m}
targets:
  - {name: own, load: {profile: watch}}
  - name: paid
    load: {profile: sentinel}
    prices: {input: 5, cached_input: 0.5, output: 25}
    budget: {tokens_per_day: 50e6}
`)
	code, stdout, stderr := run(t, "check", path)
	for _, want := range []string{
		"own               –        –        544M         11.2G\n",
		"paid         $75.37   $1,558       50.0M         1.55G\n",
		"all targets  $75.37     $900        594M         12.8G\n",
	} {
		if code != 0 || !strings.Contains(stdout, want) {
			t.Errorf("exit code %d, no line %q in:\n%s%s", code, want, stdout, stderr)
		}
	}
	code, stdout, _ = run(t, "check", "--json", path)
	if code != 0 || !strings.Contains(stdout, `"tokens_per_day": 50000000,`) {
		t.Errorf("exit code %d:\n%s", code, stdout)
	}
}
