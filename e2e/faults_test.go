package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/rs/zerolog"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// toxic is a fault that Toxiproxy makes on the way to a server or back.
type toxic struct {
	Type       string         `json:"type"`
	Stream     string         `json:"stream"`
	Attributes map[string]int `json:"attributes"`
}

func onTheWayBack(kind string, attributes map[string]int) *toxic {
	return &toxic{kind, "downstream", attributes}
}

// networkFaults are what the network does to a request of some kilobytes and its answer of a second, and what comes
// of it.
func networkFaults() map[string]struct {
	toxic *toxic
	want  string // outcome/cause
} {
	type fault = struct {
		toxic *toxic
		want  string
	}
	return map[string]fault{
		"nothing":             {nil, "ok/"},
		"delay":               {onTheWayBack("latency", map[string]int{"latency": 300}), "ok/"},
		"jitter":              {onTheWayBack("latency", map[string]int{"latency": 50, "jitter": 50}), "ok/"},
		"slices":              {onTheWayBack("slicer", map[string]int{"average_size": 7, "size_variation": 3}), "ok/"},
		"slow close":          {onTheWayBack("slow_close", map[string]int{"delay": 1000}), "ok/"},
		"little bandwidth":    {onTheWayBack("bandwidth", map[string]int{"rate": 2}), "ok/"},
		"reset at once":       {onTheWayBack("reset_peer", map[string]int{"timeout": 0}), "broken/connection_lost"},
		"reset in the answer": {onTheWayBack("reset_peer", map[string]int{"timeout": 500}), "broken/connection_lost"},
		"no byte comes back":  {onTheWayBack("timeout", map[string]int{"timeout": 0}), "timeout/no_first_token"},
		"closed unanswered":   {onTheWayBack("timeout", map[string]int{"timeout": 200}), "broken/connection_lost"},
		"cut in the headers":  {onTheWayBack("limit_data", map[string]int{"bytes": 40}), "broken/connection_lost"},
		"cut in the answer":   {onTheWayBack("limit_data", map[string]int{"bytes": 700}), "broken/connection_lost"},
		"cut in the request":  {&toxic{"limit_data", "upstream", map[string]int{"bytes": 500}}, "broken/connection_lost"},
		"no byte goes out":    {&toxic{"timeout", "upstream", map[string]int{"timeout": 0}}, "timeout/no_first_token"},
	}
}

// TestNetworkFaults sends a request through each fault of the network, on real sockets.
func TestNetworkFaults(t *testing.T) {
	t.Parallel()
	server := answering(t)
	for name, f := range networkFaults() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := prober.Once(t.Context(), through(t, name, proxied(t, server, f.toxic)),
				prober.Options{Connect: connect, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprintf("%s/%s", r.Outcome, r.Cause); got != f.want {
				t.Errorf("%s (%v), want %s", got, r.Err, f.want)
			}
		})
	}
	t.Run("nobody listens", func(t *testing.T) {
		t.Parallel()
		gone := httptest.NewServer(http.NotFoundHandler())
		gone.Close()
		r, err := prober.Once(t.Context(), through(t, "gone", gone.URL), prober.Options{Connect: connect, Seed: 1})
		if err != nil || r.Cause != chat.CauseConnectRefused {
			t.Errorf("%s/%s (%v), %v; want %s", r.Outcome, r.Cause, r.Err, err, chat.CauseConnectRefused)
		}
	})
}

func connect(t prober.Target) (prober.Sender, error) {
	return chat.NewClient(t.Endpoint, chat.Options{})
}

// answering is a server that answers within a second: 20 tokens, the first after a quarter of it.
func answering(t *testing.T) (url string) {
	t.Helper()
	const token = `data: {"model":"m","choices":[{"delta":{"content":"x"}}]}` + "\n\n"
	const end = `data: {"choices":[{"delta":{},"finish_reason":"stop"}]}` + "\n\ndata: [DONE]\n\n"
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		time.Sleep(250 * time.Millisecond)
		for range 20 {
			_, _ = io.WriteString(w, token)
			_ = http.NewResponseController(w).Flush()
			time.Sleep(40 * time.Millisecond)
		}
		_, _ = io.WriteString(w, end)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// proxied is the address of a proxy before the server.
func proxied(t *testing.T, server string, fault *toxic) (url string) {
	t.Helper()
	log := zerolog.Nop()
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), log)
	p := toxiproxy.NewProxy(api, "way", "127.0.0.1:0", strings.TrimPrefix(server, "http://"))
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	if fault != nil {
		text, err := json.Marshal(fault)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Toxics.AddToxicJson(strings.NewReader(string(text))); err != nil {
			t.Fatal(err)
		}
	}
	return "http://" + p.Listen
}

// through is a target whose patience is that of a test.
func through(t *testing.T, name, url string) prober.Target {
	t.Helper()
	target, err := prober.DefaultTarget(prober.ProfileWatch)
	if err != nil {
		t.Fatal(err)
	}
	target.Name, target.URL, target.API, target.Model = name, url, chat.OpenAIChat, "m"
	target.FirstTokenTimeout, target.StallTimeout = model.Duration(5*time.Second), model.Duration(5*time.Second)
	return target
}

// lags are the schedule lags of good targets.
type lags struct {
	mu     sync.Mutex
	all    []float64     // seconds
	enough chan struct{} // gets a value once there are a hundred more of them
}

func (l *lags) Observe(e prober.Event) {
	r, ok := e.(prober.Result)
	if lag, has := r.Lag(); ok && has && strings.HasPrefix(r.Target, "good") {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.all = append(l.all, lag.Seconds()); len(l.all)%100 == 0 {
			l.enough <- struct{}{}
		}
	}
}

func (l *lags) quantile(q float64) float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.all)
	return l.all[int(math.Ceil(q*float64(len(l.all))))-1]
}

// TestFaultsDoNotDelayOthers compares, in one run, the lag of good targets alone with that beside targets that meet all
// faults of the network.
func TestFaultsDoNotDelayOthers(t *testing.T) {
	server := answering(t)
	var good, bad []prober.Target
	for i := range 4 {
		good = append(good, busy(through(t, fmt.Sprintf("good%d", i), server), 6e6))
	}
	for name, f := range networkFaults() {
		name = "bad-" + strings.ReplaceAll(name, " ", "-")
		bad = append(bad, busy(through(t, name, proxied(t, server, f.toxic)), 5e5))
	}
	rounds := 3
	if testing.Short() {
		rounds = 1
	}
	without, with := lags{enough: make(chan struct{}, 16)}, lags{enough: make(chan struct{}, 16)}
	for range rounds {
		watch(t, &without, good)
		watch(t, &with, append(slices.Clone(good), bad...))
	}
	const p50, p99 = .5, .99
	t.Logf("lag without faults p50 %.3g s, p99 %.3g s (%d); with them %.3g s, %.3g s (%d)",
		without.quantile(p50), without.quantile(p99), len(without.all),
		with.quantile(p50), with.quantile(p99), len(with.all))
	for q, noise := range map[float64]float64{p50: .02, p99: .1} { // seconds, of a busy machine
		if alone, beside := without.quantile(q), with.quantile(q); beside > 5*alone+noise {
			t.Errorf("lag at %v: %.3g s beside faults, %.3g s alone", q, beside, alone)
		}
	}
}

// busy gives a target a load: 5e6 are some two requests a second.
func busy(t prober.Target, tokensPerMinute float64) prober.Target {
	t.Load.TokensPerMinute, t.Load.MaxInFlight = tokensPerMinute, 16
	return t
}

// watch probes until a hundred answers of good targets have come.
func watch(t *testing.T, l *lags, targets []prober.Target) {
	t.Helper()
	p := prober.New(prober.Options{Connect: connect, Observer: l, Seed: 1})
	if err := p.Apply(targets); err != nil {
		t.Fatal(err)
	}
	select {
	case <-l.enough:
	case <-time.After(2 * time.Minute):
		t.Fatal("no hundred answers in two minutes")
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}
