package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/internal/ledger"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober/budget"
)

func onceConfig(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, "wrong.key", "wrong-key-of-mine\n")
	return write(t, dir, "firsttoken.yml", small+"  prices: {input: 1, output: 10}\ntargets:\n"+
		target("good", simulated(t, simulator.Options{}), "")+
		target("anthropic", simulated(t, simulator.Options{}), ", api: anthropic_messages")+
		target("guarded", simulated(t, simulator.Options{APIKey: "right"}), ", api_key_file: wrong.key")+
		target("lost", "http://nowhere.invalid/v1", ""))
}

func TestOnce(t *testing.T) {
	t.Parallel()
	path := onceConfig(t)
	for _, c := range []struct {
		target string
		code   int
		want   []string
	}{
		// Whether there is a rate is a matter of luck here: a busy machine may read all tokens at once.
		{"good", 0, []string{
			"cold turn", "upload", "to first token", "TTFT", "from the cache",
			"outcome         ok · HTTP 200", "cost            $",
		}},
		{"anthropic", 0, []string{"anthropic_messages", "outcome         ok · HTTP 200", "TTFT"}},
		{"guarded", 1, []string{"outcome         denied · HTTP 401", "until denied"}},
		{"lost", 1, []string{"outcome         refused", "error", "nowhere.invalid"}},
	} {
		t.Run(c.target, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := run(t, "once", c.target, "--no-budget", "--config.file="+path)
			if code != c.code || stderr != "" {
				t.Errorf("exit code %d, want %d, stderr %q", code, c.code, stderr)
			}
			for _, want := range c.want {
				if !strings.Contains(stdout, want) {
					t.Errorf("%q is missing:\n%s", want, stdout)
				}
			}
			if strings.Contains(stdout, "wrong-key-of-mine") {
				t.Error("the key is shown")
			}
		})
	}
}

// TestOnceJSON checks that the line is one of the results file.
func TestOnceJSON(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := run(t, "once", "good", "--json", "--config.file="+onceConfig(t))
	if code != 0 || strings.Count(stdout, "\n") != 1 {
		t.Fatalf("exit code %d, stderr %q:\n%s", code, stderr, stdout)
	}
	rec, err := results.Decode([]byte(stdout))
	if err != nil {
		t.Fatal(err)
	}
	if rec.Target != "good" || rec.Phase != "cold" || rec.Outcome != "ok" || rec.TTFT == nil || *rec.TTFT <= 0 ||
		len(rec.RequestID) != 32 {
		t.Errorf("%+v", rec)
	}
}

// TestOnceIsCharged: to the ledger, unless a daemon has it; then it is held to the budget all the same.
func TestOnceIsCharged(t *testing.T) {
	t.Parallel()
	path := onceConfig(t)
	spent := func() float64 {
		t.Helper()
		file, err := config.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		charges, err := ledger.Read(ledgerPath(file, options{}))
		if err != nil {
			t.Fatal(err)
		}
		tokens := 0.0
		for _, c := range charges {
			if c.Scope == "good" {
				tokens += float64(c.Tokens)
			}
		}
		return tokens
	}
	once := func(more ...string) (int, string) {
		t.Helper()
		code, _, stderr := run(t, append([]string{"once", "good", "--config.file=" + path}, more...)...)
		return code, stderr
	}
	if code, stderr := once(); code != 0 || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	one := spent()
	if one < 3000 || one > 6000 { // what it used, and no longer the worst case
		t.Errorf("%v tokens are charged", one)
	}
	if code, _ := once("--no-budget"); code != 0 || spent() != one {
		t.Errorf("--no-budget: exit code %d, %v tokens are charged", code, spent())
	}
	daemon, err := ledger.Open(ledger.Options{Path: filepath.Join(filepath.Dir(path), ledgerName)})
	if err != nil {
		t.Fatal(err)
	}
	if code, stderr := once(); code != 0 || !strings.Contains(stderr, "held to the budget, but not charged") {
		t.Errorf("beside a daemon: exit code %d: %s", code, stderr)
	}
	daemon.SetLimits(budget.Limits{}, map[string]budget.Limits{"good": {}})
	r, err := daemon.Reserve("good", time.Now(), budget.Amount{Tokens: 1e15})
	if err != nil {
		t.Fatal(err)
	}
	<-r.Done()
	if code, stderr := once(); code != 1 || !strings.Contains(stderr, `target "good": `) {
		t.Errorf("a budget that the daemon has spent: exit code %d: %s", code, stderr)
	}
	if err := daemon.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if code, stderr := once(); code != 1 || !strings.Contains(stderr, `target "good": `) {
		t.Errorf("a spent budget: exit code %d: %s", code, stderr)
	}
	if code, stderr := once("--no-budget"); code != 0 {
		t.Errorf("a spent budget, --no-budget: exit code %d: %s", code, stderr)
	}
}

// TestOnceWithinCeilings: a typing error costs no fortune here either.
func TestOnceWithinCeilings(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "f.yml", "targets:\n  - {name: a, url: 'http://h/v1', api: openai_chat, model: m, "+
		"workload: {limit: 80000000}}\n")
	if code, _, stderr := run(t, "once", "a", "--config.file="+path); code != 1 ||
		!strings.Contains(stderr, "above the ceiling of 16 MiB (--load.allow-excessive lifts it)") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestOnceUnknown(t *testing.T) {
	t.Parallel()
	code, _, stderr := run(t, "once", "nobody", "--config.file="+onceConfig(t))
	if code != 1 || !strings.Contains(stderr,
		`there is no target "nobody" in the configuration: there are good, anthropic, guarded, lost`) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
