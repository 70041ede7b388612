package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/internal/syncbuf"
)

// child is the program in a process of its own, with 64 file descriptors.
type child struct {
	t       *testing.T
	at      string
	stderr  *syncbuf.Buffer
	scraper *http.Client // keeps its connection, as Prometheus does
}

func startChild(t *testing.T, args ...string) *child {
	t.Helper()
	c := &child{t: t, stderr: &syncbuf.Buffer{}, scraper: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-c", `ulimit -n 64; exec "$0" "$@"`, os.Args[0]}, args...)...)
	cmd.Env, cmd.Stderr = append(os.Environ(), asProgram+"=1"), c.stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.scraper.CloseIdleConnections()
		cancel()
		_ = cmd.Wait()
	})
	eventually(t, "the program listens", func() bool {
		m := regexp.MustCompile(`msg="Listening on" address=(\S+)`).FindStringSubmatch(c.stderr.String())
		if m != nil {
			c.at = m[1]
		}
		return m != nil
	})
	return c
}

// series are those of a scrape.
func (c *child) series() map[string]float64 {
	c.t.Helper()
	res, err := c.scraper.Get("http://" + c.at + "/metrics")
	if err != nil {
		c.t.Fatalf("%v\n%s", err, c.stderr)
	}
	defer func() { _ = res.Body.Close() }()
	all := map[string]float64{}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			all[name] = v
		}
	}
	return all
}

func (c *child) needNoBadEvents(series map[string]float64) {
	c.t.Helper()
	for name, v := range series {
		if strings.HasPrefix(name, "firsttoken_slo_bad_events_total{slo=\"availability\"") && v > 0 {
			c.t.Errorf("%s is %v", name, v)
		}
	}
}

const (
	answered = `firsttoken_requests_total{outcome="ok",target="a"}`
	local    = `firsttoken_requests_total{outcome="local",target="a"}`
)

// idleClients opens connections and asks for nothing, or for one page only.
func idleClients(t *testing.T, address string, n int) {
	t.Helper()
	for i := range n {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if i%2 == 0 {
			_, _ = io.WriteString(c, "GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n")
		}
	}
}

// loaded is the configuration of small turns with another load.
func loaded(load string) string { return strings.Replace(small, "3e6, max_in_flight: 32", load, 1) }

// TestIdleClientsCostNoProbe: with 64 file descriptors, 200 idle clients take none that probing needs, and the pages
// can be read all the same.
func TestIdleClientsCostNoProbe(t *testing.T) {
	t.Parallel()
	text := loaded("8e6, max_in_flight: 10") + "targets:\n" +
		target("a", simulated(t, simulator.Options{}), "")
	c := startChild(t, "--config.file="+write(t, t.TempDir(), "f.yml", text), "--web.listen-address=127.0.0.1:0")
	eventually(t, "answers", func() bool { return c.series()[answered] > 5 })
	idleClients(t, c.at, 200)
	before := c.series()[answered]
	eventually(t, "answers beside idle clients", func() bool { return c.series()[answered] > before+40 })
	after := c.series()
	if after[local] > 0 {
		t.Errorf("%v requests failed for want of descriptors:\n%s", after[local], c.stderr)
	}
	c.needNoBadEvents(after)
	if log := c.stderr.String(); strings.Contains(log, "too few file descriptors") {
		t.Errorf("a warning without a reason:\n%s", log)
	}
	res, err := http.Get("http://" + c.at + "/-/ready") // a client that comes now
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
}

// TestTooFewDescriptors: requests that fail for want of descriptors are the prober's fault. They are counted, nothing
// is trusted, and no objective has an event of them. The start has warned.
func TestTooFewDescriptors(t *testing.T) {
	t.Parallel()
	engine, hold := holding(t)
	text := loaded("12e6, max_in_flight: 200") + "targets:\n" +
		target("a", engine, ", timeout: 1h, stall_timeout: 1h")
	c := startChild(t, "--config.file="+write(t, t.TempDir(), "f.yml", text), "--web.listen-address=127.0.0.1:0")
	if log := c.stderr.String(); !strings.Contains(log, "too few file descriptors for the targets") {
		t.Errorf("no warning at start:\n%s", log)
	}
	eventually(t, "answers", func() bool { return c.series()[answered] > 5 })
	idleClients(t, c.at, 200)
	hold.Store(true)
	eventually(t, "local faults are counted", func() bool { return c.series()[local] > 5 })
	eventually(t, "trust falls", func() bool { return c.series()["firsttoken_trustworthy"] == 0 })
	last := c.series()
	c.needNoBadEvents(last)
	ended := 0.0
	for name, v := range last {
		if strings.HasPrefix(name, "firsttoken_requests_total{") && name != local {
			ended += v
		}
	}
	if events := last[`firsttoken_slo_events_total{slo="availability",target="a"}`]; events > ended {
		t.Errorf("%v events of %v requests that left this process", events, ended)
	}
}

// holding is an engine that begins its answers and does not end them, once it is told to hold.
func holding(t *testing.T) (address string, hold *atomic.Bool) {
	t.Helper()
	hold = new(atomic.Bool)
	inner, err := url.Parse(strings.TrimSuffix(simulated(t, simulator.Options{}), "/v1"))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(inner)
	proxy.FlushInterval = -1
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !hold.Load() {
			proxy.ServeHTTP(w, r)
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, `data: {"choices":[{"index":0,"delta":{"content":"a"}}]}`+"\n\n")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-ended:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(ended) })
	return server.URL + "/v1", hold
}
