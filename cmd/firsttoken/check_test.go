package main

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/internal/screen"
	"github.com/firsttoken/firsttoken/prober"
)

// TestDollarsPerDay compares the formula with a table that was computed by hand, from vendors' public
// prices per million tokens, for requests of 100,000 tokens in and 450 out.
func TestDollarsPerDay(t *testing.T) {
	t.Parallel()
	price := func(in, write, read, out float64) *prober.Prices {
		p := &prober.Prices{Input: in, Cached: &read, Output: out}
		if write > 0 {
			p.CacheWrite = &write
		}
		return p
	}
	opus, sonnet, haiku, kimi := price(5, 6.25, 0.5, 25), price(3, 3.75, 0.3, 15), price(1, 1.25, 0.1, 5),
		price(1.2, 0, 0.2, 4.5)
	for _, c := range []struct {
		name   string
		prices *prober.Prices
		hit    float64
		tpm    float64
		want   float64
	}{
		{"opus", opus, 0, 20e3, 147},
		{"opus", opus, 0, 100e3, 736},
		{"opus", opus, 0, 2.5e6, 18_405},
		{"opus", opus, 0.85, 50e3, 106},
		{"opus", opus, 0.85, 2.5e6, 5_310},
		{"opus", opus, 0.96, 100e3, 121}, // the example of the comment
		{"opus", opus, 0.96, 1e6, 1_213},
		{"sonnet", sonnet, 0.96, 500e3, 364},
		{"haiku", haiku, 0.96, 250e3, 61},
		{"kimi", kimi, 0, 1e6, 1_757}, // no price for writing to the cache: the input price
		{"kimi", kimi, 0.96, 2.5e6, 937},
	} {
		t.Run(fmt.Sprintf("%s %v at %v", c.name, c.hit, screen.Tokens(c.tpm)), func(t *testing.T) {
			t.Parallel()
			f := forecast{TPM: c.tpm, Requests: c.tpm / 100_000, Output: 450, Cached: c.hit}
			a := totalOf(day, f, c.prices)
			if got := *a.DollarsCached; math.Abs(got-c.want) > 0.51 {
				t.Errorf("$%.2f a day, want $%.0f", got, c.want)
			}
			if got, want := a.InputTokens, 1440*c.tpm; got != want {
				t.Errorf("%v tokens a day, want %v", got, want)
			}
		})
	}
}

func TestForecastEnds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	target, err := prober.DefaultTarget(prober.ProfileLoad)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name       string
		until      time.Time
		paused     bool
		day, month float64 // minutes of load
	}{
		{"no end", time.Time{}, false, 1440, 43_200},
		{"in four hours", now.Add(4 * time.Hour), false, 240, 240},
		{"in four days", now.Add(96 * time.Hour), false, 1440, 5760},
		{"over", now.Add(-time.Hour), false, 0, 0},
		{"paused", time.Time{}, true, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			target := target
			target.Load.Until, target.Load.Paused = c.until, c.paused
			f := forecasts([]prober.Target{target}, nil, now)[0]
			if got := f.Day.InputTokens; got != c.day*2.5e6 {
				t.Errorf("day: %v minutes, want %v", got/2.5e6, c.day)
			}
			if got := f.Month.InputTokens; got != c.month*2.5e6 {
				t.Errorf("month: %v minutes, want %v", got/2.5e6, c.month)
			}
			if f.Day.DollarsCached != nil {
				t.Error("dollars without prices")
			}
		})
	}
}

const checked = `
prices:
  m: {input: 1.20, cached_input: 0.20, output: 4.50}
defaults: {api: openai_chat, url: "http://vllm:8000/v1"}
targets:
  - {name: paid, model: m, load: {profile: sentinel}}
  - {name: also-paid, model: m}
  - {name: own, model: other}
`

// TestCheck checks the figures of the table: 20k TPM is 28.8 million input tokens a day.
func TestCheck(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "firsttoken.yml", checked)
	code, stdout, stderr := run(t, "check", path)
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	rows := map[string][]string{}
	for line := range strings.Lines(stdout) {
		if f := strings.Fields(line); len(f) > 4 {
			rows[f[0]+"/"+fmt.Sprint(len(f))] = f
		}
	}
	paid := rows["paid/10"]
	if paid == nil || paid[1] != "sentinel" || paid[2] != "20.0k" || paid[3] != "0.33" || paid[7] != "60.3k" {
		t.Errorf("the load of the sentinel: %v\n%s", paid, stdout)
	}
	for _, want := range []string{
		"3 targets, no problems", "own           no prices", "total", "A target without `prices`",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is missing:\n%s", want, stdout)
		}
	}
}

func TestCheckJSON(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "firsttoken.yml", checked)
	code, stdout, stderr := run(t, "--config.file="+path, "check", "--json")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	var got []forecast
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].Target != "paid" || got[0].Day.InputTokens != 28.8e6 || got[0].Month.InputTokens != 864e6 {
		t.Fatalf("%+v", got)
	}
	cached, without := *got[0].Day.DollarsCached, *got[0].Day.DollarsWithout
	// 28.8 M · $1.20/M is $34.56, and some 480 answers of some 440 tokens are $0.94.
	if math.Abs(without-35.5) > 0.2 || cached > without/3 {
		t.Errorf("$%.2f with a cache, $%.2f without", cached, without)
	}
	if got[2].Day.DollarsCached != nil {
		t.Error("dollars for a target without prices")
	}
}

// TestCheckOver checks that a load that has ended is an error of `check`.
func TestCheckOver(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "f.yml", "targets:\n  - {name: a, url: 'http://h/v1', api: openai_chat, model: m, "+
		"load: {profile: load, until: 2020-01-01T00:00:00Z}}\n")
	code, _, stderr := run(t, "check", path)
	if code != 1 || !strings.Contains(stderr, ":2: targets[0].load.until: 2020-01-01 00:00:00 UTC has passed") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestCeilings checks that the daemon and check refuse a load that no target needs, and name the flag that lifts it.
func TestCeilings(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "f.yml", "targets:\n  - {name: a, url: 'http://h/v1', api: openai_chat, model: m, "+
		"load: {tokens_per_minute: 1e12, max_in_flight: 100000}}\n")
	for _, args := range [][]string{
		{"check", path},
		{"run", "--config.file=" + path, "--web.listen-address=127.0.0.1:0"},
	} {
		code, _, stderr := run(t, args...)
		for _, want := range []string{
			":2: targets[0].load.tokens_per_minute: 1000000000000 is above the ceiling of the watch profile, 2500000 " +
				"(--load.allow-excessive lifts it)",
			":2: targets[0].load.until: is missing: ",
			":2: targets[0].load.max_in_flight: 100000 is above the ceiling, 1024 (",
		} {
			if code != 1 || !strings.Contains(stderr, want) {
				t.Errorf("%s: exit code %d, without %q: %s", args[0], code, want, stderr)
			}
		}
	}
	if code, _, stderr := run(t, "--load.allow-excessive", "check", path); code != 0 {
		t.Errorf("with the flag: exit code %d: %s", code, stderr)
	}
}

// TestPrefixCacheCeilings checks that a load is refused whose sessions need more of a prefix cache than they may have:
// the ceiling of the profile can be lifted, the file's own limit is a contradiction.
func TestPrefixCacheCeilings(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "f.yml", `
defaults: {url: "http://h/v1", api: openai_chat, model: m}
targets:
  - {name: idle, load: {tokens_per_minute: 1000000}, workload: {idle_share: 1, human_share: 0}}
  - {name: narrow, load: {max_resident_tokens: 200000}}
`)
	const idle, narrow = ":4: targets[0].load.tokens_per_minute: the sessions of this load would keep ",
		":5: targets[1].load.max_resident_tokens: 200000 is less than the 331"
	code, _, stderr := run(t, "check", path)
	if code != 1 || !strings.Contains(stderr, idle) || !strings.Contains(stderr, narrow) ||
		strings.Count(stderr, "(--load.allow-excessive lifts it)") != 1 {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	code, _, stderr = run(t, "--load.allow-excessive", "check", path)
	if code != 1 || strings.Contains(stderr, idle) || !strings.Contains(stderr, narrow) {
		t.Errorf("with the flag: exit code %d: %s", code, stderr)
	}
}

// A window is shown with what it makes of the prompts.
func TestCheckShowsWindows(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "firsttoken.yml", `
targets:
  - {name: small, url: "http://vllm:8000/v1", model: m, workload: {window: 32768}}
  - {name: own, url: "http://vllm:8000/v1", model: m}
`)
	code, stdout, stderr := run(t, "check", path)
	const want = "small: a window of 32,768 tokens: prompts of 10,164 to 27,105, with a shared prefix of 5,082; " +
		"answers up to 4,096\n"
	if code != 0 || strings.Count(stdout, "a window of") != 1 || !strings.Contains(stdout, want) {
		t.Errorf("exit code %d, want %q in:\n%s%s", code, want, stdout, stderr)
	}
}
