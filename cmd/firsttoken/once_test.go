package main

import (
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/internal/simulator"
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
			code, stdout, stderr := run(t, "once", c.target, "--config.file="+path)
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

func TestOnceUnknown(t *testing.T) {
	t.Parallel()
	code, _, stderr := run(t, "once", "nobody", "--config.file="+onceConfig(t))
	if code != 1 || !strings.Contains(stderr,
		`there is no target "nobody" in the configuration: there are good, anthropic, guarded, lost`) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}
