package simulator_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/firsttoken/firsttoken/internal/golden"
	"github.com/firsttoken/firsttoken/internal/simulator"
)

var update = flag.Bool("update", false, "write the golden files anew")

// post asks a server in simulated time and without a network.
func post(t *testing.T, h http.Handler, path, body string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("X-Request-Id", requestID)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const (
	tools     = `"tools":[{"type":"function","function":{"name":"read_file","parameters":{}}}]`
	flatTools = `"tools":[{"type":"function","name":"read_file","parameters":{}}]`
	question  = `The checksum of module ledger is 48213.\n` +
		`What is the checksum of module ledger? Answer with the number only.`
	requestID = "request-0123456789"
)

// TestStreams compares the streams of every dialect with golden files, byte for byte.
func TestStreams(t *testing.T) {
	whole := simulator.Options{ToolCallRatio: 1, ReasoningRatio: 0.2}
	const (
		chat, completions  = "/v1/chat/completions", "/v1/completions"
		responses, message = "/v1/responses", "/v1/messages"

		usage  = `"stream_options":{"include_usage":true}`
		marked = `[{"type":"text","text":"You help.","cache_control":{"type":"ephemeral"}}]`
		hello  = `[{"role":"user","content":"hello"}]`
		world  = `{"role":"user","content":"hello world"}`
		input  = `[{"role":"user","content":[{"type":"input_text","text":"hello"}]}]`
	)
	plainChat := func(maxTokens int, content string) string {
		return fmt.Sprintf(`{"stream":true,"max_tokens":%d,"messages":[{"role":"user","content":"%s"}]}`, maxTokens, content)
	}
	for _, c := range []struct {
		name, path, body string
		options          simulator.Options
		incidents        string
	}{
		{
			name: "chat", path: chat,
			body: `{"model":"m","stream":true,` + usage + `,"max_tokens":12,` +
				`"messages":[{"role":"system","content":"You help."},` + world + `]}`,
		},
		{
			name: "chat-tools", path: chat, options: whole,
			body: `{"model":"m","stream":true,` + usage + `,"max_tokens":30,` + tools + `,"messages":` + hello + `}`,
		},
		{name: "chat-recall", path: chat, body: plainChat(8, question)},
		{
			name: "chat-mid-stream-error", path: chat, body: plainChat(20, "x"),
			incidents: "- {kind: errors, ratio: 1, status: mid_stream}",
		},
		{name: "chat-truncated", path: chat, body: plainChat(20, "x"), incidents: "- {kind: truncate, ratio: 1}"},
		{
			name: "chat-model-swap", path: chat, body: plainChat(3, "x"),
			incidents: "- {kind: model_swap, model: other, fingerprint: fp_other}",
		},
		{
			name: "completions", path: completions, options: whole,
			body: `{"model":"m","stream":true,` + usage + `,"max_tokens":12,"prompt":"hello world"}`,
		},
		{
			name: "responses", path: responses,
			body: `{"model":"m","stream":true,"max_output_tokens":12,"instructions":"You help.","input":` + input + `}`,
		},
		{
			name: "responses-tools", path: responses, options: whole,
			body: `{"model":"m","stream":true,"max_output_tokens":30,` + flatTools + `,"input":"hello"}`,
		},
		{
			name: "messages", path: message,
			body: `{"model":"m","stream":true,"max_tokens":12,"system":` + marked + `,"messages":[` + world + `]}`,
		},
		{
			name: "messages-tools", path: message, options: whole,
			body: `{"model":"m","stream":true,"max_tokens":30,` + flatTools + `,"messages":` + hello + `}`,
		},
		{
			name: "responses-hidden", path: responses, options: simulator.Options{ReasoningRatio: 0.2},
			body:      `{"model":"m","stream":true,"max_output_tokens":20,"input":"hello"}`,
			incidents: "- {kind: hidden_reasoning, ratio: 1, tokens: 10}",
		},
		{
			name: "messages-hidden", path: message, options: simulator.Options{ReasoningRatio: 0.2},
			body:      `{"model":"m","stream":true,"max_tokens":20,"messages":` + hello + `}`,
			incidents: "- {kind: hidden_reasoning, ratio: 1, tokens: 10}",
		},
		{
			name: "messages-mid-stream-error", path: message, body: plainChat(20, "x"),
			incidents: "- {kind: errors, ratio: 1, status: mid_stream}",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := simulator.NewServer(c.options, simulator.Model{Name: "m", Engine: engine(t, c.incidents)})
				w := post(t, s, c.path, c.body)
				h := w.Header()
				if w.Code != http.StatusOK || h.Get("Content-Type") != "text/event-stream; charset=utf-8" ||
					h.Get("X-Request-Id") != requestID {
					t.Errorf("status %d, headers %v", w.Code, h)
				}
				golden.Compare(t, filepath.Join("testdata", c.name+".sse"), w.Body.String(), *update)
				validEvents(t, w.Body.String())
			})
		})
	}
}

// validEvents checks that every event's data is JSON.
func validEvents(t *testing.T, body string) {
	t.Helper()
	for line := range strings.Lines(body) {
		data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: ")
		if ok && data != "[DONE]" && !json.Valid([]byte(data)) {
			t.Errorf("no JSON: %s", data)
		}
	}
}

func TestSecondTurnIsCached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simulator.NewServer(simulator.Options{}, simulator.Model{Name: "m", Engine: engine(t, "")})
		long := strings.Repeat("the file and then ", 100)
		first := `{"role":"user","content":[{"type":"text","text":"` + long + `","cache_control":{"type":"ephemeral"}}]}`
		ask := func(messages string) string {
			return post(t, s, "/v1/messages", `{"stream":true,"max_tokens":2,"messages":[`+messages+`]}`).Body.String()
		}
		const firstUsage = `"usage":{"input_tokens":4,"cache_creation_input_tokens":400,"cache_read_input_tokens":0,`
		if got := ask(first); !strings.Contains(got, firstUsage) {
			t.Errorf("first turn: %s", got)
		}
		// Of 404 tokens 6 blocks of 64 were full and closed. The mark has moved, the text has not.
		unmarked := strings.Replace(first, `,"cache_control":{"type":"ephemeral"}`, "", 1)
		second := unmarked + `,{"role":"assistant","content":"yes"},` +
			`{"role":"user","content":[{"type":"text","text":"go on","cache_control":{"type":"ephemeral"}}]}`
		const secondUsage = `"usage":{"input_tokens":4,"cache_creation_input_tokens":27,"cache_read_input_tokens":384,`
		if got := ask(second); !strings.Contains(got, secondUsage) {
			t.Errorf("second turn: %s", got)
		}
	})
}

// TestPings checks that a stream that stalls carries pings.
func TestPings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simulator.NewServer(simulator.Options{PingInterval: 10 * time.Second},
			simulator.Model{Name: "m", Engine: engine(t, "- {kind: stall, ratio: 1, pause: 35s}")})
		body := `{"stream":true,"max_tokens":20,"messages":[{"role":"user","content":"x"}]}`
		if n := strings.Count(post(t, s, "/v1/chat/completions", body).Body.String(), ": ping\n\n"); n != 3 {
			t.Errorf("%d comments in 35 s of silence, want 3", n)
		}
		if n := strings.Count(post(t, s, "/v1/messages", body).Body.String(), "event: ping\n"); n != 4 {
			t.Errorf("%d ping events, want 3 and the one that follows the first block's start", n)
		}
	})
}

func TestFirstTokenStamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		var at time.Duration
		start := time.Now()
		s := simulator.NewServer(simulator.Options{OnFirstToken: func(id string, before, _ time.Time) {
			ids, at = append(ids, id), before.Sub(start)
		}}, simulator.Model{Name: "m", Engine: engine(t, "")})
		post(t, s, "/v1/chat/completions", `{"stream":true,"max_tokens":9,"messages":[{"role":"user","content":"x"}]}`)
		// 1 ms of frontend, a step of 4 ms, and 5 tokens of 0.02 µs
		if len(ids) != 1 || ids[0] != requestID || at != 5*time.Millisecond+100*time.Nanosecond {
			t.Errorf("told of %v at %v", ids, at)
		}
	})
}

func TestModelsHealthAndMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := simulator.NewServer(simulator.Options{}, simulator.Model{Name: "m", Engine: engine(t, "")})
		body := `{"stream":true,"max_tokens":9,"messages":[{"role":"user","content":"` + strings.Repeat("word ", 200) + `"}]}`
		post(t, s, "/v1/chat/completions", body)
		post(t, s, "/v1/chat/completions", body)
		get := func(path string) string {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
			if w.Code != 200 {
				t.Errorf("%s: %d", path, w.Code)
			}
			return w.Body.String()
		}
		get("/health")
		const models = `{"data":[{"id":"m","object":"model","created":946684800,` +
			`"owned_by":"firsttoken-simulator","max_model_len":262144}],"object":"list"}` + "\n"
		if got := get("/v1/models"); got != models {
			t.Errorf("models %s, want %s", got, models)
		}
		metrics := get("/metrics")
		for _, want := range []string{
			`vllm:num_requests_running{model_name="m"} 0`,
			`vllm:num_requests_waiting{model_name="m"} 0`,
			`vllm:kv_cache_usage_perc{model_name="m"} 0`,
			`vllm:prefix_cache_queries_total{model_name="m"} 408`,
			`vllm:prefix_cache_hits_total{model_name="m"} 192`,
			`vllm:prompt_tokens_total{model_name="m"} 408`,
			`vllm:generation_tokens_total{model_name="m"} 18`,
			`vllm:num_preemptions_total{model_name="m"} 0`,
			`vllm:request_success_total{model_name="m"} 2`,
			`vllm:time_to_first_token_seconds_bucket{model_name="m",le="0.005"} 0`,
			`vllm:time_to_first_token_seconds_bucket{model_name="m",le="0.01"} 2`,
			`vllm:inter_token_latency_seconds_count{model_name="m"} 16`,
			`vllm:request_queue_time_seconds_count{model_name="m"} 2`,
		} {
			if !strings.Contains(metrics, want+"\n") {
				t.Errorf("no %s", want)
			}
		}
		problems, err := promlint.New(strings.NewReader(metrics)).Lint()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems { // vLLM's names have colons, which are meant for recording rules
			if !strings.Contains(p.Text, "':'") {
				t.Errorf("%s: %s", p.Metric, p.Text)
			}
		}
	})
}
