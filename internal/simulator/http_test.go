package simulator_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

func dialects() []chat.API {
	return []chat.API{chat.OpenAIChat, chat.OpenAIResponses, chat.OpenAICompletions, chat.AnthropicMessages}
}

func client(t testing.TB, url string, api chat.API) *chat.Client {
	t.Helper()
	e := chat.DefaultEndpoint()
	e.URL, e.API, e.Model = url+"/v1", api, "m"
	c, err := chat.NewClient(e, chat.Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func serve(t testing.TB, o simulator.Options, e *simulator.Engine) string {
	t.Helper()
	s := httptest.NewServer(simulator.NewServer(o, simulator.Model{Name: "m", Engine: e}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestProberReadsTheSimulator sends real turns with the prober's own client over loopback, and compares what it
// reads with what the engine counted.
func TestProberReadsTheSimulator(t *testing.T) {
	shape, corpus := workload.Load(), workload.NewCorpus("test")
	shape.RecallShare, shape.HumanShare, shape.Output.Median, shape.Output.Max = 0.5, 0.9, 40, 60
	for _, api := range dialects() {
		t.Run(string(api), func(t *testing.T) {
			e := engine(t, "")
			c := client(t, serve(t, simulator.Options{ToolCallRatio: 0.5, ReasoningRatio: 0.2}, e), api)
			s := workload.NewSession(&shape, corpus, workload.NewCalibration(1), workload.Identity{Seed: 1, Target: string(api)})
			right := 0
			for i := range 8 {
				turn, r := s.Next(workload.Ages{Session: workload.Ago(time.Second), Prefix: workload.Ago(time.Second)})
				r.ID = "0123456789abcdef-" + string(rune('a'+i))
				x := c.Send(t.Context(), &r, func(time.Time) {})
				if x.Outcome != chat.OK || x.Err != nil {
					t.Fatalf("turn %d: %s, %v", i, x.Outcome, x.Err)
				}
				in, _ := x.Usage.Input.Value()
				out, _ := x.Usage.Output.Value()
				cached, known := x.Usage.Cached.Value()
				if off := float64(in)/float64(turn.Tokens) - 1; off < -0.03 || off > 0.03 {
					t.Errorf("turn %d: %d prompt tokens, %d expected", i, in, turn.Tokens)
				}
				if out != int64(turn.MaxTokens) || x.Identity.Fingerprint != "fp_sim_fast" && api != chat.AnthropicMessages &&
					api != chat.OpenAIResponses {
					t.Errorf("turn %d: %d output tokens of %d, fingerprint %q", i, out, turn.MaxTokens, x.Identity.Fingerprint)
				}
				if i > 0 && (!known || float64(cached) < 0.9*float64(turn.Cached)) {
					t.Errorf("turn %d: %d tokens cached (%v), %d expected", i, cached, known, turn.Cached)
				}
				switch x.Recall {
				case chat.Right:
					right++
				case chat.Wrong:
					t.Errorf("turn %d: wrong recall", i)
				}
				s.Settle(true)
			}
			if right == 0 {
				t.Error("no recall question was answered")
			}
		})
	}
}

// TestIncidentsAsOutcomes checks that the prober's client sees each incident as the right outcome.
func TestIncidentsAsOutcomes(t *testing.T) {
	shape, corpus := workload.Load(), workload.NewCorpus("test")
	shape.Output.Median, shape.Output.Min, shape.Output.Max = 40, 40, 40
	for _, api := range dialects() {
		for _, c := range []struct {
			script string
			want   chat.Outcome
		}{
			{"- {kind: errors, ratio: 1, status: 429, retry_after: 4s}", chat.Throttled},
			{"- {kind: errors, ratio: 1, status: 529}", chat.Throttled},
			{"- {kind: errors, ratio: 1, status: 500}", chat.ServerError},
			{"- {kind: errors, ratio: 1, status: 502, body: html}", chat.ServerError},
			{"- {kind: errors, ratio: 1, status: 504, body: html}", chat.Timeout},
			{"- {kind: errors, ratio: 1, status: 408, body: text}", chat.Timeout},
			{"- {kind: errors, ratio: 1, status: 401}", chat.Denied},
			{"- {kind: errors, ratio: 1, status: 404}", chat.Rejected},
			{"- {kind: errors, ratio: 1, status: 413, body: none}", chat.Rejected},
			{"- {kind: errors, ratio: 1, status: 400}", chat.Rejected},
			{"- {kind: errors, ratio: 1, status: mid_stream}", chat.Broken},
			{"- {kind: truncate, ratio: 1}", chat.Truncated},
			{"- {kind: abort, ratio: 1}", chat.Broken},
			{"- {kind: empty, ratio: 1}", chat.Empty},
			{"- {kind: hidden_reasoning, ratio: 1, tokens: 1000}", chat.Empty},
			{"- {kind: hidden_reasoning, ratio: 1, tokens: 20}", chat.OK},
			{"- {kind: grouped, ratio: 1, tokens: 7}", chat.OK},
			{"- {kind: no_opening, ratio: 1}", chat.OK},
			{"- {kind: no_usage, ratio: 1}", chat.OK},
			{"- {kind: flood, ratio: 1, bytes: 100000000}", chat.Broken},
			{"- {kind: flood, ratio: 1}", chat.Broken},
			{"- {kind: headers, headers: {Retry-After: NaN, x-ratelimit-reset-tokens: 1e400s}}", chat.OK},
		} {
			x := client(t, serve(t, simulator.Options{}, engine(t, c.script)), api)
			s := workload.NewSession(&shape, corpus, workload.NewCalibration(1), workload.Identity{})
			_, r := s.Next(workload.Ages{})
			r.ID = "0123456789abcdef"
			got := x.Send(t.Context(), &r, func(time.Time) {})
			if got.Outcome != c.want {
				t.Errorf("%s, %s: %s (%v), want %s", api, c.script, got.Outcome, got.Err, c.want)
			}
			if c.want == chat.Throttled && got.RateLimit.RetryAfter < time.Second {
				t.Errorf("%s, %s: retry after %v", api, c.script, got.RateLimit.RetryAfter)
			}
		}
	}
}

// TestSilencesAsOutcomes checks that a client which waits long enough sees no false success.
func TestSilencesAsOutcomes(t *testing.T) {
	shape, corpus := workload.Load(), workload.NewCorpus("test")
	for _, kind := range []string{"hang", "freeze", "endless"} {
		e := chat.DefaultEndpoint()
		e.URL, e.API, e.Model = serve(t, simulator.Options{}, engine(t, "- {kind: "+kind+", ratio: 1}"))+"/v1",
			chat.OpenAIChat, "m"
		short := model.Duration(500 * time.Millisecond)
		e.Timeout, e.FirstTokenTimeout, e.StallTimeout = short, short, short
		c, err := chat.NewClient(e, chat.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		_, r := workload.NewSession(&shape, corpus, workload.NewCalibration(1), workload.Identity{}).Next(workload.Ages{})
		r.ID = "0123456789abcdef"
		if x := c.Send(t.Context(), &r, func(time.Time) {}); x.Outcome != chat.Timeout {
			t.Errorf("%s: %s (%v), want %s", kind, x.Outcome, x.Err, chat.Timeout)
		}
	}
}

// TestNoOpeningOverHTTP checks what the prober's client makes of an answer without its opening event: times and counts
// of the answer as ever, no count of a prompt that was in it, and a quirk. Chunks of the older dialects need none.
func TestNoOpeningOverHTTP(t *testing.T) {
	shape, corpus := workload.Load(), workload.NewCorpus("test")
	shape.Output.Median, shape.Output.Min, shape.Output.Max = 40, 40, 40
	for api, want := range map[chat.API]struct {
		quirks chat.Quirks
		input  bool // is counted
	}{
		chat.OpenAIChat:        {0, true},
		chat.OpenAICompletions: {0, true},
		chat.OpenAIResponses:   {chat.QuirksOf(chat.QuirkNoOpening), true},
		chat.AnthropicMessages: {chat.QuirksOf(chat.QuirkNoOpening, chat.QuirkNoInputCount), false},
	} {
		c := client(t, serve(t, simulator.Options{}, engine(t, "- {kind: no_opening, ratio: 1}")), api)
		_, r := workload.NewSession(&shape, corpus, workload.NewCalibration(1), workload.Identity{}).Next(workload.Ages{})
		r.ID = "0123456789abcdef"
		x := c.Send(t.Context(), &r, func(time.Time) {})
		_, input := x.Usage.Input.Value()
		output, _ := x.Usage.Output.Value()
		if x.Outcome != chat.OK || x.Quirks != want.quirks || input != want.input || output != 40 || x.FirstToken.IsZero() {
			t.Errorf("%s: %s (%v), quirks %q, usage %s", api, x.Outcome, x.Err, x.Quirks.List(), x.Usage.Verbatim)
		}
	}
}

func TestKeyOverHTTP(t *testing.T) {
	shape, corpus := workload.Load(), workload.NewCorpus("test")
	shape.Output.Median, shape.Output.Max = 20, 20
	url := serve(t, simulator.Options{APIKey: "right"}, engine(t, ""))
	for key, want := range map[string]chat.Outcome{"right": chat.OK, "wrong": chat.Denied} {
		for _, api := range dialects() {
			file := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(file, []byte(key), 0o600); err != nil {
				t.Fatal(err)
			}
			e := chat.DefaultEndpoint()
			e.URL, e.API, e.Model, e.APIKeyFile = url+"/v1", api, "m", file
			c, err := chat.NewClient(e, chat.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			s := workload.NewSession(&shape, corpus, workload.NewCalibration(1), workload.Identity{})
			_, r := s.Next(workload.Ages{})
			r.ID = "0123456789abcdef"
			if x := c.Send(t.Context(), &r, func(time.Time) {}); x.Outcome != want || want == chat.Denied &&
				x.Status != http.StatusUnauthorized {
				t.Errorf("%s, key %s: %s, status %d, %v", api, key, x.Outcome, x.Status, x.Err)
			}
		}
	}
}

// BenchmarkFirstToken compares, at 200 streams at once, the first token as the prober's client
// reports it with the first token as the simulator sent it.
func BenchmarkFirstToken(b *testing.B) {
	const streams = 200
	p, _ := simulator.ProfileNamed("fast")
	p.Frontend.FixedMS, p.Step.FixedMS = 50, 20 // 200 answers at once, each of 50 chunks a second
	e, err := simulator.NewEngine(p, simulator.EngineOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	var mu sync.Mutex
	sent := map[string]time.Time{}
	url := serve(b, simulator.Options{OnFirstToken: func(id string, before, _ time.Time) {
		mu.Lock()
		defer mu.Unlock()
		sent[id] = before
	}}, e)
	c := client(b, url, chat.OpenAIChat)
	shape, corpus := workload.Sentinel(), workload.NewCorpus("bench")
	shape.Output.Median, shape.Output.Min = 400, 200
	var late []time.Duration
	for b.Loop() {
		var wg sync.WaitGroup
		for i := range streams {
			wg.Go(func() {
				s := workload.NewSession(&shape, corpus, workload.NewCalibration(1),
					workload.Identity{Ordinal: uint64(i), Epoch: uint64(b.N)})
				for range 3 {
					turn, r := s.Next(workload.Ages{})
					r.ID = "bench-" + time.Now().Format(time.StampNano) + "-" + turn.Session + string(rune('0'+turn.Number))
					x := c.Send(context.Background(), &r, func(time.Time) {})
					mu.Lock()
					if at, ok := sent[r.ID]; ok && !x.FirstToken.IsZero() {
						late = append(late, x.FirstToken.Sub(at))
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	}
	slices.Sort(late)
	b.ReportMetric(float64(late[len(late)/2].Microseconds()), "p50-late-µs")
	b.ReportMetric(float64(late[len(late)*99/100].Microseconds()), "p99-late-µs")
	b.ReportMetric(float64(len(late)), "first-tokens")
}
