package main

import (
	"context"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/firsttoken/firsttoken/exporter/dcgm"
	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/internal/syncbuf"
)

// TestMain checks that every run of the program waits for its goroutines. One goroutine of the log rotation
// never ends; it belongs to a library.
//
// Where the program would start itself to read GPUs, a test starts the test binary, which is then the
// program. So it is with asProgram in its environment.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == dcgm.AgentCommand || os.Getenv(asProgram) != "" {
		main()
	}
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun"))
}

// asProgram makes the test binary the program itself, for tests that need a process of its own.
const asProgram = "FIRSTTOKEN_TEST_AS_PROGRAM"

var update = flag.Bool("update", false, "write golden files")

// running is the program in the background.
type running struct {
	t              *testing.T
	stdout, stderr *syncbuf.Buffer
	cancel         context.CancelFunc
	reload         chan os.Signal
	listening      chan []string
	exited         chan struct{}
	code           int    // after exited
	at             string // the address, once it was asked for
}

// start runs the program; the test's end stops it.
func start(t *testing.T, args ...string) *running {
	t.Helper()
	return startIn(t, nil, args...)
}

// startIn is start with environment variables.
func startIn(t *testing.T, environ []string, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{
		t: t, stdout: &syncbuf.Buffer{}, stderr: &syncbuf.Buffer{}, cancel: cancel,
		reload: make(chan os.Signal), listening: make(chan []string, 1), exited: make(chan struct{}),
	}
	p := program{
		Args: args, Environ: environ, Stdout: r.stdout, Stderr: r.stderr, Reload: r.reload,
		Listening: r.listening,
	}
	go func() {
		defer close(r.exited)
		r.code = p.run(ctx)
	}()
	t.Cleanup(func() { r.stop() })
	return r
}

// run runs the program to its end.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	r := start(t, args...)
	<-r.exited
	return r.code, r.stdout.String(), r.stderr.String()
}

// stop is SIGTERM; it returns the exit code.
func (r *running) stop() int {
	r.cancel()
	<-r.exited
	return r.code
}

// address is where the program serves.
func (r *running) address() string {
	r.t.Helper()
	if r.at != "" {
		return r.at
	}
	select {
	case a := <-r.listening:
		r.at = a[0]
	case <-r.exited:
		r.t.Fatalf("exited with %d before it served:\n%s", r.code, r.stderr)
	}
	return r.at
}

func (r *running) hup() { r.reload <- syscall.SIGHUP }

// get is the status and the body of a page.
func (r *running) get(path string) (int, string) {
	r.t.Helper()
	return r.request(http.MethodGet, path)
}

func (r *running) request(method, path string) (int, string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, "http://"+r.address()+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.ask(request)
}

// ask sends a request on a connection of its own.
func (r *running) ask(request *http.Request) (int, string) {
	r.t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	res, err := client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// patience is how long a condition may take on a busy machine. No test measures time against it.
const patience = 2 * time.Minute

// eventually waits for a condition that only asking again can show. It asks less and less often: a condition may
// be a whole page of metrics.
func eventually(t *testing.T, what string, met func() bool) {
	t.Helper()
	const first, slowest = 20 * time.Millisecond, 320 * time.Millisecond
	deadline := time.After(patience)
	for pause := first; !met(); pause = min(2*pause, slowest) {
		select {
		case <-time.After(pause):
		case <-deadline:
			t.Fatalf("not within %s: %s", patience, what)
		}
	}
}

// sample is the value of a series, as it is written in the exposition; false if it is not there.
func (r *running) sample(series string) (string, bool) {
	_, page := r.get("/metrics")
	for line := range strings.Lines(page) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), series+" "); ok {
			return value, true
		}
	}
	return "", false
}

// simulated starts a server that answers within milliseconds, and returns its URL.
func simulated(t *testing.T, o simulator.Options) string {
	t.Helper()
	profile, ok := simulator.ProfileNamed("fast")
	if !ok {
		t.Fatal("there is no profile fast")
	}
	e, err := simulator.NewEngine(profile, simulator.EngineOptions{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(simulator.NewServer(o, simulator.Model{Name: "m", Engine: e}))
	t.Cleanup(func() {
		e.Close()
		server.Close()
	})
	return server.URL + "/v1"
}

// small is a workload of some twenty kilobytes for each turn, with pauses of milliseconds.
const small = `
workloads:
  small:
    context: {median: 3500, sigma: 0.1, min: 3000, max: 4000}
    input: {median: 100, sigma: 0.5, min: 32, max: 200}
    output: {median: 20, sigma: 0.1, min: 18, max: 24}
    tool_pause: {median: 5ms, sigma: 0.1, min: 1ms, max: 10ms}
    human_pause: {median: 5ms, sigma: 0.1, min: 1ms, max: 10ms}
    idle_share: 0
    limit: 8000
    compaction: {share: 0.3, summary: {median: 2500, sigma: 0.1, min: 2000, max: 3000}}
    shared_prefix: 1000
    cache_block: 64
defaults:
  api: openai_chat
  model: m
  workload: small
  load: {profile: load, until: 2199-01-01T00:00:00Z, tokens_per_minute: 3e6, max_in_flight: 32}
`

// write writes a file into the test's own folder.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
