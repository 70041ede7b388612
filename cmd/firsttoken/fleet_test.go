package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/firsttoken/firsttoken/exporter/results"
	"github.com/firsttoken/firsttoken/prober"
)

// endpoints answers for any number of targets, /NAME/v1 each, and remembers the connections of each.
type endpoints struct {
	*httptest.Server
	mu       sync.Mutex
	accepted int
	used     map[string]map[int]bool // the connections on which each target has asked
	asked    map[string]int
}

type connectionKey struct{}

func newEndpoints(t *testing.T) *endpoints {
	t.Helper()
	e := &endpoints{used: map[string]map[int]bool{}, asked: map[string]int{}}
	e.Server = httptest.NewUnstartedServer(http.HandlerFunc(e.answer))
	e.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.accepted++
		return context.WithValue(ctx, connectionKey{}, e.accepted)
	}
	e.Start()
	t.Cleanup(e.Close)
	return e
}

// shortAnswer is a stream of three tokens.
const shortAnswer = `data: {"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"a"}}]}

data: {"model":"m","choices":[{"index":0,"delta":{"content":"b"}}]}

data: {"model":"m","choices":[{"index":0,"delta":{"content":"c"},"finish_reason":"stop"}]}

data: {"model":"m","choices":[],"usage":{"prompt_tokens":3500,"completion_tokens":3,"total_tokens":3503}}

data: [DONE]

`

func (e *endpoints) answer(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	name, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, shortAnswer)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.used[name] == nil {
		e.used[name] = map[int]bool{}
	}
	e.used[name][r.Context().Value(connectionKey{}).(int)] = true
	e.asked[name]++
}

// seen are the connections and the number of requests of each target, and all connections.
func (e *endpoints) seen() (connections map[string]string, asked map[string]int, accepted int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	connections = map[string]string{}
	for name, used := range e.used {
		connections[name] = fmt.Sprint(slices.Sorted(maps.Keys(used)))
	}
	return connections, maps.Clone(e.asked), e.accepted
}

// askedSince reports whether each of n targets has asked that much more often than it had.
func (e *endpoints) askedSince(had map[string]int, more, n int) bool {
	_, asked, _ := e.seen()
	for name, times := range asked {
		if times < had[name]+more {
			return false
		}
	}
	return len(asked) == n
}

// connects counts what is connected, by target.
type connects struct {
	mu sync.Mutex
	of map[string]int
}

func (c *connects) connect(t prober.Target) (prober.Sender, error) {
	c.mu.Lock()
	c.of[t.Name]++
	c.mu.Unlock()
	return connect(t)
}

// fleetFile is a configuration of n targets, one of which has another load, with a label for all.
func fleetFile(e *endpoints, n int, label string, changed string) string {
	var b strings.Builder
	load := 3500 * 60 / 0.2 // a request each 0.2 s of each target
	if n > 500 {
		load = 3500 * 60 / 5
	}
	heavy := "load: {profile: load, until: 2199-01-01T00:00:00Z, tokens_per_minute: 3e6, max_in_flight: 32}"
	light := fmt.Sprintf("load: {until: 2199-01-01T00:00:00Z, tokens_per_minute: %g, arrival_shape: 1000, "+
		"max_in_flight: 1, max_sessions: 1}", load)
	b.WriteString(strings.Replace(small, heavy, light, 1))
	fmt.Fprintf(&b, "  labels: {team: %s}\ntargets:\n", label)
	for i := range n {
		name := fmt.Sprintf("t%d", i)
		more := ""
		if name == changed {
			more = ", timeout: 4m"
		}
		b.WriteString(target(name, e.URL+"/"+name+"/v1", more))
	}
	return b.String()
}

// TestOneOfAThousand changes one of many targets: that one starts anew; all others keep their connections, counted at
// the server, their series, and every sample. A label of all of them changes too, which restarts nothing.
func TestOneOfAThousand(t *testing.T) {
	t.Parallel()
	n := 1000 // make figures
	switch {
	case testing.Short():
		n = 12
	case raceEnabled:
		n = 100
	}
	e, made := newEndpoints(t), &connects{of: map[string]int{}}
	dir := t.TempDir()
	path, out := write(t, dir, "f.yml", fleetFile(e, n, "a", "")), filepath.Join(dir, "results.jsonl")
	c := configured(t, path, made.connect, "FIRSTTOKEN_RESULTS_FILE="+out, "FIRSTTOKEN_RESULTS_MAX_SIZE=10GB")
	eventually(t, "each target has asked twice", func() bool { return e.askedSince(nil, 2, n) })
	before, _, _ := e.seen()
	counters := countersOf(t, c)

	const changed = "t7"
	write(t, dir, "f.yml", fleetFile(e, n, "b", changed))
	if err := c.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, times := range made.of {
		if (name == changed) != (times == 2) || times > 2 {
			t.Errorf("%s was connected %d times", name, times)
		}
	}
	_, had, _ := e.seen()
	eventually(t, "each target has asked once more", func() bool { return e.askedSince(had, 1, n) })
	after, _, accepted := e.seen()
	for name, connections := range before {
		if same := after[name] == connections; same == (name == changed) {
			t.Errorf("%s: connections %s before, %s after", name, connections, after[name])
		}
	}
	if accepted != n+1 {
		t.Errorf("the server has accepted %d connections of %d targets, of which one started anew", accepted, n)
	}
	checkCounters(t, counters, countersOf(t, c), changed)
	if err := c.service.stop(); err != nil {
		t.Fatal(err)
	}
	_, sent, _ := e.seen()
	checkEachHasALine(t, out, sent)
}

// countersOf are the samples of all counters that belong to a target, but for firsttoken_target_info.
func countersOf(t *testing.T, c *configuration) map[string]float64 {
	t.Helper()
	families, err := c.service.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, f := range families {
		for _, m := range f.Metric {
			if name := targetOf(m); name != "" && f.GetType() == dto.MetricType_COUNTER {
				all[name+" "+f.GetName()+fmt.Sprint(m.Label)] = m.GetCounter().GetValue()
			}
		}
	}
	return all
}

func targetOf(m *dto.Metric) string {
	for _, l := range m.Label {
		if l.GetName() == "target" {
			return l.GetValue()
		}
	}
	return ""
}

// checkCounters checks that no counter of an unchanged target has gone, or gone back.
func checkCounters(t *testing.T, before, after map[string]float64, changed string) {
	t.Helper()
	if len(before) == 0 || len(before) != len(after) {
		t.Errorf("%d counters before, %d after", len(before), len(after))
	}
	for name, was := range before {
		now, there := after[name]
		if !there || now < was && !strings.HasPrefix(name, changed+" ") {
			t.Errorf("%s: was %v, is %v, there %v", name, was, now, there)
		}
	}
}

// checkEachHasALine checks that the results file has a result of each target for each answer of its endpoint.
func checkEachHasALine(t *testing.T, path string, sent map[string]int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	for line := range bytes.Lines(data) {
		r, err := results.Decode(line)
		if err != nil {
			t.Fatal(err)
		}
		lines[r.Target]++
	}
	for name, n := range sent {
		if lines[name] < n { // more if the end came before the request did
			t.Errorf("%s: %d results, its endpoint has answered %d requests", name, lines[name], n)
		}
	}
}
