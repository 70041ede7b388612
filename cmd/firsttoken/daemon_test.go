package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/internal/simulator"
)

func target(name, url, more string) string {
	return fmt.Sprintf("  - {name: %s, url: %q%s}\n", name, url, more)
}

// TestDaemon runs the program from start to end: targets that answer, one that cannot be found and one that
// refuses the key; good and bad reloads.
func TestDaemon(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "wrong.key", "wrong\n")
	good, guarded := simulated(t, simulator.Options{}), simulated(t, simulator.Options{APIKey: "right"})
	first := small + "targets:\n" + target("good", good, "") +
		target("lost", "http://nowhere.invalid/v1", "") + target("guarded", guarded, ", api_key_file: wrong.key")
	path := write(t, dir, "firsttoken.yml", first)
	results := filepath.Join(dir, "results.jsonl")

	r := start(t, "--config.file="+path, "--web.listen-address=127.0.0.1:0", "--results.file="+results,
		"--web.enable-lifecycle")
	eventually(t, "a first token of the good target", func() bool {
		return r.counts(`firsttoken_ttft_seconds_count{cache="warm",context="le_80k",target="good"}`)
	})
	eventually(t, "an address that does not resolve is an outcome", func() bool {
		return r.counts(`firsttoken_requests_total{outcome="refused",target="lost"}`)
	})
	eventually(t, "a key that is refused is an outcome", func() bool {
		return r.counts(`firsttoken_requests_total{outcome="denied",target="guarded"}`)
	})
	r.want("/-/healthy", 200, "healthy")
	r.want("/-/ready", 200, "ready")
	r.want("/config", 200, "name: guarded")
	r.want("/targets", 200, `"good"`)
	r.want("/", 200, "guarded")

	r.reloads(path, first, good)
	answered := r.value(`firsttoken_requests_total{outcome="ok",target="good"}`)

	if code := r.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, r.stderr)
	}
	checkResults(t, results, answered)
}

// reloads adds a target, removes one, and survives a bad file.
func (r *running) reloads(path, first, url string) {
	r.t.Helper()
	rewrite := func(text string) {
		r.t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			r.t.Fatal(err)
		}
		r.hup()
	}
	rewrite(strings.Replace(first, "name: lost", "name: found", 1) + target("new", url, ""))
	eventually(r.t, "the new target answers", func() bool {
		return r.counts(`firsttoken_requests_total{outcome="ok",target="new"}`)
	})
	if _, there := r.sample(`firsttoken_requests_total{outcome="ok",target="lost"}`); there {
		r.t.Error("the target that was taken away still has series")
	}
	before := r.value(`firsttoken_requests_total{outcome="ok",target="good"}`)

	rewrite(first + "  - {name: good}\n")
	eventually(r.t, "the refusal is counted", func() bool {
		v, _ := r.sample("firsttoken_config_last_reload_successful")
		return v == "0"
	})
	if log := r.stderr.String(); !strings.Contains(log, `is already the name of targets[0]`) {
		r.t.Errorf("the log does not say what is wrong:\n%s", log)
	}
	eventually(r.t, "probing goes on", func() bool {
		return r.value(`firsttoken_requests_total{outcome="ok",target="good"}`) > before
	})
	r.want("/-/ready", 200, "ready")

	rewrite(first)
	eventually(r.t, "the good file is in use again", func() bool {
		v, _ := r.sample("firsttoken_config_last_reload_successful")
		return v == "1"
	})
	if r.value(`firsttoken_requests_total{outcome="ok",target="good"}`) < before {
		r.t.Error("a target that did not change lost its counts")
	}
}

func (r *running) counts(series string) bool { return r.value(series) > 0 }

// value is the value of a series; 0 if it does not exist.
func (r *running) value(series string) float64 {
	text, _ := r.sample(series)
	v, _ := strconv.ParseFloat(text, 64)
	return v
}

func (r *running) want(path string, status int, part string) {
	r.t.Helper()
	if got, body := r.get(path); got != status || !strings.Contains(body, part) {
		r.t.Errorf("%s: %d, want %d with %q:\n%.500s", path, got, status, part, body)
	}
}

// checkResults reads a results file back: every line is whole, and no counted answer is missing.
func checkResults(t *testing.T, path string, answered float64) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(data, []byte("\n")) {
		t.Error("the last line is cut")
	}
	ok := 0.0
	for line := range bytes.Lines(data) {
		rec, err := results.Decode(line)
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if rec.Target == "good" && rec.Outcome == "ok" {
			ok++
		}
	}
	if ok < answered {
		t.Errorf("%v answers in the file, %v were counted before the end", ok, answered)
	}
}

// TestEverySendIsALine counts requests at the sender: the file has a line for each, those included that were
// cancelled at the end.
func TestEverySendIsALine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := write(t, dir, "firsttoken.yml", small+"targets:\n"+target("good", simulated(t, simulator.Options{}), ""))
	results := filepath.Join(dir, "results.jsonl")
	sent := &sends{}
	o, err := fromEnvironment([]string{
		"FIRSTTOKEN_CONFIG_FILE=" + path, "FIRSTTOKEN_WEB_LISTEN_ADDRESS=127.0.0.1:0",
		"FIRSTTOKEN_RESULTS_FILE=" + results,
	})
	if err != nil {
		t.Fatal(err)
	}
	r := startWith(t, o, sent.connect)
	eventually(t, "some answers", func() bool { return sent.n.Load() > 10 })
	began := time.Now()
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	t.Logf("stopped within %s", time.Since(began))
	data, err := os.ReadFile(results)
	if err != nil {
		t.Fatal(err)
	}
	if lines := int64(bytes.Count(data, []byte("\n"))); lines != sent.n.Load() {
		t.Errorf("%d lines, %d requests were sent", lines, sent.n.Load())
	}
}

// TestResultsFileIsRotated plays logrotate: the file is renamed, and SIGHUP opens a new one.
func TestResultsFileIsRotated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	results := filepath.Join(dir, "results.jsonl")
	r := start(t, "--config.file="+write(t, dir, "firsttoken.yml", "targets: []\n"), "--web.listen-address=127.0.0.1:0",
		"--results.file="+results)
	r.address()
	if err := os.Rename(results, results+".1"); err != nil {
		t.Fatal(err)
	}
	r.hup()
	eventually(t, "there is a new results file", func() bool {
		info, err := os.Stat(results)
		return err == nil && info.Mode().Perm() == 0o600
	})
}

// TestBadInput checks that each mistake is named, exits with 1, and starts nothing.
func TestBadInput(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	head := "targets:\n  - name: a\n    api: openai_chat\n    model: m\n" // four lines
	fine := head + "    url: http://nowhere.invalid/v1\n"
	for _, c := range []struct {
		name, file string
		args       []string
		want       string
	}{
		{"unknown key", fine + "    colour: red\n", nil, "firsttoken.yml:6: targets[0].colour: there is no such key"},
		{
			"bad duration", fine + "    timeout: soon\n", nil,
			`firsttoken.yml:6: targets[0].timeout: not a valid duration string: "soon"`,
		},
		{
			"two of one name", fine + "  - name: a\n    url: http://nowhere.invalid/v1\n    api: openai_chat\n    model: m\n",
			nil, `firsttoken.yml:6: targets[1].name: "a" is already the name of targets[0] in line 2`,
		},
		{"no key file", fine + "    api_key_file: none.key\n", nil, "firsttoken.yml:6: targets[0].api_key_file: "},
		{"URL without scheme", head + "    url: nowhere.invalid/v1\n", nil, "firsttoken.yml:5: targets[0].url: "},
		{
			"threshold above timeout", fine + "    slos: {ttft: {threshold: 10m}}\n", nil,
			"firsttoken.yml:6: targets[0].slos.ttft.threshold: 10m is above the longest wait for a first token, 1m",
		},
		{"load without end", fine + "    load: {profile: load}\n", nil, "firsttoken.yml:6: targets[0].load.until: "},
		{
			"gpus of no host engine", fine + "    gpus:\n      - node1\n      - node9\n",
			[]string{"--dcgm.hostengines=node1=unix:///nowhere.sock"},
			`firsttoken.yml:8: targets[0].gpus[1]: "node9" is neither a host engine of DCGM_HOSTENGINES nor a GPU's UUID`,
		},
		{"host engine without address", fine, []string{"--dcgm.hostengines=node1"}, `"node1" is not name=address`},
		{
			"interval of nothing", fine,
			[]string{"--dcgm.interval=10ms"},
			"gpu telemetry: DCGM_INTERVAL: 10ms is not between 1s and 5m0s",
		},
		{"no such file", "", nil, "no such file"},
		{"port in use", fine, []string{"--web.listen-address=" + taken.Addr().String()}, "address already in use"},
		{"results cannot be written", fine, []string{"--results.file=/nowhere/at/all.jsonl"}, "opening the results file"},
		{"no web configuration", fine, []string{"--web.config.file=/nowhere/at/all.yml"}, "--web.config.file"},
		{"unknown flag", fine, []string{"--nonsense"}, "unknown long flag '--nonsense'"},
		{"bad size", fine, []string{"--results.max-size=big"}, `"big" is not a size such as 100MB`},
		{"bad level", fine, []string{"--log.level=loud"}, "loud"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := write(t, t.TempDir(), "firsttoken.yml", c.file)
			if c.file == "" {
				path += ".none"
			}
			args := []string{"--config.file=" + path}
			if !strings.Contains(strings.Join(c.args, " "), "--web.listen-address") {
				args = append(args, "--web.listen-address=127.0.0.1:0")
			}
			r := start(t, append(args, c.args...)...)
			<-r.exited
			if r.code != 1 {
				t.Errorf("exit code %d, want 1", r.code)
			}
			if got := r.stderr.String(); !strings.Contains(got, c.want) {
				t.Errorf("stderr does not say %q:\n%s", c.want, got)
			}
			if len(r.listening) > 0 {
				t.Error("it served all the same")
			}
			if out := r.stdout.String(); out != "" {
				t.Errorf("stdout: %s", out)
			}
		})
	}
}

// TestAllProblemsAtOnce checks that each problem is alone on its line, in the form that editors read.
func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	path := write(t, t.TempDir(), "firsttoken.yml", "targets:\n  - name: a b\n    api: x\n    mdl: m\n")
	code, _, stderr := run(t, "--config.file="+path)
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if code != 1 || len(lines) < 4 {
		t.Fatalf("exit code %d:\n%s", code, stderr)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, path+":") {
			t.Errorf("does not begin with the place: %s", line)
		}
	}
}

// TestReloadOverHTTP checks that the page reports the result of a reload, and only exists when it is enabled.
func TestReloadOverHTTP(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := write(t, dir, "firsttoken.yml", "targets: []\n")
	r := start(t, "--config.file="+path, "--web.listen-address=127.0.0.1:0", "--web.enable-lifecycle")
	if status, _ := r.post("/-/reload"); status != 200 {
		t.Errorf("a good file: %d", status)
	}
	write(t, dir, "firsttoken.yml", "targets: 5\n")
	if status, body := r.post("/-/reload"); status != 500 || !strings.Contains(body, path+":1: targets: must be a list") {
		t.Errorf("a bad file: %d %s", status, body)
	}
	closed := start(t, "--config.file="+write(t, t.TempDir(), "f.yml", "targets: []\n"),
		"--web.listen-address=127.0.0.1:0")
	if status, _ := closed.post("/-/reload"); status != 403 {
		t.Errorf("not enabled: %d", status)
	}
}
