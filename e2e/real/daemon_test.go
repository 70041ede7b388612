//go:build real

package real

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// daemon is the firsttoken binary with a configuration.
type daemon struct {
	*process
	port    int
	results string // file
}

// target is one target of a configuration; small prompts and answers, so that a machine without a GPU does many.
type target struct {
	name, url, model string
	engine           string // preset; "" is none
	more             string // further YAML, a line each
	load             string // further keys of load
	open             bool   // as many sessions and as much load as the prober thinks right, or load says
}

func (x target) yaml(t *testing.T) string {
	t.Helper()
	load := "tokens_per_minute: 200000, max_sessions: 2"
	switch {
	case x.open:
		load = x.load
	case x.load != "":
		load += ", " + x.load
	}
	lines := []string{
		"  - name: " + x.name,
		"    url: " + x.url,
		"    model: " + x.model,
		"    budget: null",
		"    load: {" + load + "}",
		"    workload:",
		"      limit: 7000",
		"      shared_prefix: 1500",
		"      context: {median: 4000, sigma: 0.1, min: 3600, max: 5000}",
		"      input: {median: 100, sigma: 0.5, min: 32, max: 300}",
		"      output: {median: 32, sigma: 0.1, min: 24, max: 48}",
		"      tool_pause: {median: 500ms, sigma: 0.1, min: 300ms, max: 1s}",
		"      human_share: 0",
		"      idle_share: 0",
		"      recall_share: 0",
		"      compaction: {share: 0}",
	}
	if x.engine != "" {
		lines = append(lines, "    engine: "+x.engine)
	}
	for line := range strings.SplitSeq(x.more, "\n") {
		if line != "" {
			lines = append(lines, "    "+line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// startDaemon probes targets until the test ends.
func startDaemon(t *testing.T, targets ...target) *daemon {
	t.Helper()
	dir := t.TempDir()
	config := "targets:\n"
	for _, x := range targets {
		config += x.yaml(t)
	}
	file := filepath.Join(dir, "firsttoken.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return startDaemonWith(t, file)
}

// startDaemonWith runs a configuration until the test ends.
func startDaemonWith(t *testing.T, file string) *daemon {
	t.Helper()
	d := &daemon{port: freePort(t), results: filepath.Join(filepath.Dir(file), "results.jsonl")}
	d.process = start(t, firsttoken, "--config.file="+file, "--results.file="+d.results, "--web.enable-lifecycle",
		fmt.Sprintf("--web.listen-address=127.0.0.1:%d", d.port))
	d.serving(t, at(d.port)+"/-/healthy")
	return d
}

// result is what the tests read of a line of the results file.
type result struct {
	Target  string `json:"target"`
	Outcome string `json:"outcome"`
	Cause   string `json:"cause"`
	Error   string `json:"error"`
	Model   string `json:"model"`
	Status  int    `json:"status"`
	Events  int    `json:"events"`

	Started    time.Time     `json:"started"`
	Written    time.Duration `json:"written_ns"`
	FirstToken time.Duration `json:"first_token_ns"`
	End        time.Duration `json:"end_ns"`
	Reads      int           `json:"token_reads"`
	TPS        float64       `json:"output_tokens_per_second"`

	Quirks  []string        `json:"quirks"`
	Usage   json.RawMessage `json:"usage"` // as it was sent
	Retried bool            `json:"stale_retry"`
	Tokens  struct {
		Input  int `json:"input"`
		Cached int `json:"input_cached"`
		Output int `json:"output"`
	} `json:"tokens"`
}

// read returns the results so far.
func (d *daemon) read(t *testing.T) []result {
	t.Helper()
	f, err := os.Open(d.results)
	if err != nil {
		return nil // none yet
	}
	defer f.Close()
	var all []result
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r result
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			break // the last line is being written
		}
		all = append(all, r)
	}
	return all
}

// with returns the results with an outcome.
func (d *daemon) with(t *testing.T, outcome string) []result {
	t.Helper()
	var some []result
	for _, r := range d.read(t) {
		if r.Outcome == outcome {
			some = append(some, r)
		}
	}
	return some
}

// await waits for a number of results with an outcome.
func (d *daemon) await(t *testing.T, outcome string, n int) []result {
	t.Helper()
	var some []result
	eventually(t, fmt.Sprintf("%d results %s", n, outcome), func() string {
		if some = d.with(t, outcome); len(some) < n {
			return fmt.Sprintf("%d of %d results", len(some), len(d.read(t)))
		}
		return ""
	})
	return some
}

// settled pauses all targets and waits until nothing is in flight and every result is in the file.
func (d *daemon) settled(t *testing.T) {
	t.Helper()
	r, err := http.Post(at(d.port)+"/-/pause", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _ = r.Body.Close(); r.StatusCode != http.StatusOK {
		t.Fatal(r.Status)
	}
	eventually(t, "no request is in flight", func() string {
		out, ended := d.sum(t, "firsttoken_requests_in_flight"), d.sum(t, "firsttoken_requests_total")
		if written := len(d.read(t)); out > 0 || float64(written) != ended {
			return fmt.Sprintf("%v requests in flight, %v ended, %d results", out, ended, written)
		}
		return ""
	})
}

// sum adds the samples of a metric whose labels include those given as name, value, ….
func (d *daemon) sum(t *testing.T, name string, labels ...string) float64 {
	t.Helper()
	r, err := http.Get(at(d.port) + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	family := parsed(t, r.Body)[name]
	total := 0.0
	for _, m := range family.GetMetric() {
		if has(m, labels) {
			total += m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	return total
}

func has(m *dto.Metric, labels []string) bool {
	values := map[string]string{}
	for _, l := range m.Label {
		values[l.GetName()] = l.GetValue()
	}
	for i := 0; i+1 < len(labels); i += 2 {
		if values[labels[i]] != labels[i+1] {
			return false
		}
	}
	return true
}

// tokens is firsttoken_tokens_total of a kind.
func (d *daemon) tokens(t *testing.T, kind string) float64 {
	t.Helper()
	return d.sum(t, "firsttoken_tokens_total", "kind", kind)
}

// page is the text of a page.
func (d *daemon) page(t *testing.T, path string) string {
	t.Helper()
	r, err := http.Get(at(d.port) + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// parsed reads a page of metrics.
func parsed(t *testing.T, page io.Reader) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(page)
	if err != nil {
		t.Fatal(err)
	}
	return families
}
