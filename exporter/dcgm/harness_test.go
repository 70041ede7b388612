//go:build cgo && linux && !nodcgm

package dcgm

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/firsttoken/firsttoken/internal/syncbuf"
)

// harness is a collector with real agents on fake engines, scraped as Prometheus would.
type harness struct {
	t         testing.TB
	collector *Collector
	handler   http.Handler
	log       *syncbuf.Buffer
	crashes   bool // the test makes agents crash
}

const (
	testInterval = 100 * time.Millisecond
	testSlow     = 300 * time.Millisecond
	deadline     = 2 * time.Minute // reached only by a failing test, however busy the machine is
)

// testTiming retries quickly. Its watchdog never kills an agent that is only slow on a busy machine.
func testTiming() agentTiming {
	return agentTiming{
		firstMessage: deadline, silence: deadline, farewell: time.Second,
		retryMin: 20 * time.Millisecond, retryMax: 200 * time.Millisecond, retryHopeless: 200 * time.Millisecond,
		afterFunc: time.AfterFunc,
	}
}

// newHarness runs a collector until the test ends. engines is as in the configuration.
func newHarness(t testing.TB, dir, engines string, change func(*Options, *agentTiming)) *harness {
	t.Helper()
	o := Options{Interval: testInterval, SlowInterval: testSlow}
	if err := o.Hostengines.Set(engines); err != nil {
		t.Fatal(err)
	}
	p := testTiming()
	if change != nil {
		change(&o, &p)
	}
	return run(t, o, p, agentOf(buildFake(t), dir))
}

// newHarnessWith runs another agent in place of ours with the fake library.
func newHarnessWith(t testing.TB, engines string, command func(context.Context, string) (*exec.Cmd, error)) *harness {
	t.Helper()
	o := Options{Interval: testInterval, SlowInterval: testSlow}
	if err := o.Hostengines.Set(engines); err != nil {
		t.Fatal(err)
	}
	return run(t, o, testTiming(), command)
}

func run(t testing.TB, o Options, p agentTiming, command func(context.Context, string) (*exec.Cmd, error)) *harness {
	t.Helper()
	log := &syncbuf.Buffer{}
	r := scraped(t, newCollector(o, p, command, slog.New(slog.NewTextHandler(log, nil))))
	r.log = log
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.collector.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
		if t.Failed() {
			t.Logf("log:\n%s", r.log)
		}
		if crashed := strings.Contains(r.log.String(), "code="+codeCrash); crashed != r.crashes {
			t.Errorf("an agent crashed: %v, meant to: %v\n%s", crashed, r.crashes, r.log)
		}
	})
	return r
}

// scraped registers a collector and runs nothing.
func scraped(t testing.TB, c *Collector) *harness {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	if err := registry.Register(c); err != nil {
		t.Fatal(err)
	}
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError})
	return &harness{t: t, collector: c, handler: handler}
}

// scrape is the text of /metrics as series → value.
type scrape map[string]string

func (r *harness) scrape() scrape {
	r.t.Helper()
	answer := httptest.NewRecorder()
	r.handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if answer.Code != http.StatusOK {
		r.t.Fatalf("scrape: %d\n%s", answer.Code, answer.Body)
	}
	s := scrape{}
	for line := range strings.Lines(answer.Body.String()) {
		line = strings.TrimSpace(line)
		if at := strings.LastIndexByte(line, ' '); at > 0 && line[0] != '#' {
			s[line[:at]] = line[at+1:]
		}
	}
	return s
}

// eventually scrapes until the check finds nothing wrong.
func (r *harness) eventually(what string, check func(scrape) string) scrape {
	r.t.Helper()
	var wrong string
	for end := time.Now().Add(deadline); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		s := r.scrape()
		if wrong = check(s); wrong == "" {
			return s
		}
	}
	r.t.Fatalf("%s: %s", what, wrong)
	return nil
}

// want is a check for values; "absent" wants no such series.
func want(pairs ...string) func(scrape) string {
	return func(s scrape) string {
		for pair := range slices.Chunk(pairs, 2) {
			value, ok := s[pair[0]]
			if !ok {
				value = absent
			}
			if !same(value, pair[1]) {
				return fmt.Sprintf("%s is %s, want %s", pair[0], value, pair[1])
			}
		}
		return ""
	}
}

const absent = "absent"

// same compares numbers as numbers: the text format writes 1e+09 for 1000000000.
func same(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return a == b || errX == nil && errY == nil && x == y
}

// of is the name of a series of one GPU of the engine node1.
func of(gpu int, name string, more ...string) string { return on("node1", gpu, name, more...) }

func on(engine string, gpu int, name string, more ...string) string {
	labels := append([]string{
		fmt.Sprintf("gpu=%q", strconv.Itoa(gpu)), fmt.Sprintf("hostengine=%q", engine), fmt.Sprintf("uuid=%q", uuid(gpu)),
	}, more...)
	slices.Sort(labels)
	return "dcgm_gpu_" + name + "{" + strings.Join(labels, ",") + "}"
}

func engine(name string, more ...string) string {
	labels := append([]string{`hostengine="node1"`}, more...)
	slices.Sort(labels)
	return name + "{" + strings.Join(labels, ",") + "}"
}

// failures is the series that counts the failed sessions of the engine node1.
func failures(op, code string) string {
	return engine("dcgm_errors_total", `op="`+op+`"`, `code="`+code+`"`)
}

// startPiped starts an agent whose input and output are the test's.
func startPiped(t *testing.T, cmd *exec.Cmd) (io.WriteCloser, *bufio.Reader) {
	t.Helper()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return stdin, bufio.NewReader(stdout)
}
