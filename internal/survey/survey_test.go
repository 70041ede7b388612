package survey

import (
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/firsttoken/firsttoken/internal/simulator"
	"github.com/firsttoken/firsttoken/prober/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tenMinutes probes what was written for ten simulated minutes: nothing may be refused. With -short it is two minutes,
// and only where prompts are small.
func tenMinutes(t *testing.T, at *place, f *Finding, keyFile string) string {
	t.Helper()
	file, text := at.configured(f, keyFile)
	span := 10 * time.Minute
	if testing.Short() {
		if span = 2 * time.Minute; f.Window.Tokens > 40_000 {
			return text // large prompts take their time
		}
	}
	seen := at.probe(file, span)
	if seen[chat.OK] < 1 || len(seen) != 1 {
		t.Errorf("in %s: %v\n%s", span, seen, text)
	}
	return text
}

// TestSimulator: the four calibrated profiles in the four dialects. With -short, each profile in one of them.
func TestSimulator(t *testing.T) {
	t.Parallel()
	for i, profile := range []string{"together", "tensorrt-llm", "sglang", "vllm"} {
		for j, api := range chat.APIs() {
			if testing.Short() && i != j {
				continue
			}
			t.Run(profile+"/"+string(api), func(t *testing.T) {
				t.Parallel()
				fake{profile: profile}.serve(t, func(t *testing.T, at *place) {
					t.Helper()
					f, err := at.explore(chat.Endpoint{API: api})
					if err != nil {
						t.Fatal(err)
					}
					if f.Endpoint.URL != "http://fake:8000/v1" || f.Endpoint.API != api || f.Endpoint.Model != "m" ||
						f.Window != (Window{262144, false, "GET /v1/models, max_model_len"}) || !f.Usage || f.Held ||
						f.Tools != (api != chat.OpenAICompletions) || f.Engine != "vllm" ||
						f.Metrics != "http://fake:8000/metrics" {
						t.Errorf("%+v", f)
					}
					tenMinutes(t, at, f, "")
				})
			})
		}
	}
}

// row is a fake server, and what is to be found or said of it.
type row struct {
	name string
	fake fake
	ask  chat.Endpoint
	key  string   // in the key file
	want []string // in the configuration
	fail []string // in the error; else there is none
	not  []string // in neither
	more func(t *testing.T, f *Finding)
}

const (
	vllmTools = `{"error":{"message":"\"auto\" tool choice requires --enable-auto-tool-choice and ` +
		`--tool-call-parser to be set"}}`
	newLength = `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. ` +
		`Use 'max_completion_tokens' instead.","type":"invalid_request_error"}}`
	noMinimum = `{"detail":[{"type":"extra_forbidden","loc":["body","min_tokens"],"msg":"x"}],` +
		`"message":"extra_forbidden: body, min_tokens","type":"BadRequest","code":400}`
	secretKey = "sk-of-the-test-and-of-nobody-else"
	noWindow  = `{"data":[{"id":"m","owned_by":"somebody"}]}`
	hostile   = "m: {x} # 'z' *a !b %c @d"
)

func incident(kind simulator.IncidentKind) []simulator.Incident {
	return []simulator.Incident{{Kind: kind, Ratio: 1}}
}

func taken() []row {
	return []row{
		{
			name: "a window of 8k", fake: fake{window: 8192},
			want: []string{"window: 8192"},
		},
		{
			name: "a window of 32k", fake: fake{window: 32768},
			want: []string{"window: 32768"},
		},
		{
			name: "a window that nothing tells", fake: fake{window: 32768, in: saying(map[string]page{
				"/v1/models": {body: noWindow},
			})},
			want: []string{"window: 32768", "its answer to a prompt that was too long"},
		},
		{
			name: "a large window that nothing tells", fake: fake{in: saying(map[string]page{
				"/v1/models": {body: noWindow},
			})},
			want: []string{"no less than", "a prompt of that size was taken"}, not: []string{" window:"},
		},
		{
			name: "no usage", fake: fake{incidents: incident(simulator.NoUsage)},
			want: []string{"tokens_per_word: 1.5", "It tells no usage", "these are events"},
		},
		{
			name: "no tools", fake: fake{in: refusing(`"tools":`, 400, vllmTools)},
			want: []string{"tools: false", "tool choice requires"},
		},
		{
			name: "no tools, in words that nobody knows", fake: fake{in: refusing(`"tools":`, 400,
				`{"error":{"message":"go away with that"}}`)},
			want: []string{"tools: false", "go away with that"},
		},
		{
			name: "max_completion_tokens", fake: fake{in: refusing(`"max_tokens":`, 400, newLength)},
			want: []string{`extra_body: {max_completion_tokens: '${max_tokens}', max_tokens: null}`},
		},
		{
			name: "no min_tokens", fake: fake{in: refusing(`"min_tokens":`, 400, noMinimum)},
			want: []string{"extra_body: {min_tokens: null}"},
		},
		{
			name: "no stream_options", fake: fake{in: refusing(`"stream_options":`, 400,
				`{"error":{"message":"Unknown field: stream_options"}}`)},
			want: []string{"extra_body: {stream_options: null}", "tokens_per_word: 1.5"},
		},
		{
			name: "a key", fake: fake{options: simulator.Options{APIKey: secretKey}}, key: secretKey,
			want: []string{"api_key_file: key"}, not: []string{secretKey},
		},
		{
			name: "a server that holds answers back", fake: fake{incidents: incident(simulator.Buffered)},
			want: []string{"ttft: null", "tps: null", "proxy_buffering off"},
		},
		{
			name: "Claude's dialect alone", fake: fake{in: only("/v1/messages")},
			want: []string{"api: anthropic_messages", "openai_chat, openai_responses is not served"},
		},
		{
			name: "the oldest dialect alone", fake: fake{in: only("/v1/completions")},
			want: []string{"api: openai_completions"}, not: []string{"tools:"},
		},
		{
			name: "a model with a hostile name", fake: fake{model: hostile},
			more: func(t *testing.T, f *Finding) {
				t.Helper()
				if f.Endpoint.Model != hostile {
					t.Errorf("%q", f.Endpoint.Model)
				}
			},
		},
		{
			name: "another model answers", fake: fake{incidents: []simulator.Incident{
				{Kind: simulator.ModelSwap, Model: "other: [x]"},
			}},
			want: []string{`answers_as: ["other: [x]"]`},
		},
		{
			name: "a tokenizer of small pieces", fake: fake{window: 16384, perWord: 1.44},
			want: []string{"tokens_per_word: 1.44", "window: 16384"},
		},
		{
			name: "LiteLLM", fake: fake{in: saying(map[string]page{
				"/v1/models":         {body: `{"data":[{"id":"m","owned_by":"openai","created":1677610602}]}`},
				"/health/liveliness": {body: `"I'm alive!"`},
			})},
			want: []string{"engine: litellm", "and its page /health/liveliness"},
		},
		{
			name: "llama.cpp, an older one", fake: fake{window: 8192, in: saying(map[string]page{
				"/v1/models": {
					header: "Server: llama.cpp",
					body:   `{"data":[{"id":"m","owned_by":"llamacpp","meta":{"n_ctx_train":131072}}]}`,
				},
				"/props":   {body: `{"default_generation_settings":{"n_ctx":8192},"total_slots":4}`},
				"/metrics": {status: 501},
			})},
			want: []string{"engine: llama.cpp", "window: 8192", "GET /props, n_ctx", "engine_metrics: null"},
		},
		{
			name: "Ollama", fake: fake{window: 16384, in: saying(map[string]page{
				"/v1/models":   {body: `{"data":[{"id":"m","owned_by":"library"}]}`},
				"/":            {body: "Ollama is running"},
				"/api/version": {body: `{"version":"0.14.0"}`},
				"/api/ps":      {body: `{"models":[{"name":"other","context_length":4096},{"name":"m","context_length":16384}]}`},
			})},
			want: []string{"engine: ollama", "window: 16384", "Its version is 0.14.0", "GET /api/ps, context_length"},
		},
		{
			name: "TensorRT-LLM", fake: fake{window: 32768, in: both(saying(map[string]page{
				"/v1/models":          {body: `{"data":[{"id":"m","owned_by":"tensorrt_llm"}]}`},
				"/version":            {body: `{"version":"1.0"}`},
				"/prometheus/metrics": {body: "# HELP\ntrtllm_requests 1\n"},
				"/metrics":            {status: 500},
			}), refusing(`"min_tokens":`, 400, noMinimum))},
			want: []string{
				"engine: tensorrt-llm", "window: 32768", "engine_metrics: [http://fake:8000/prometheus/metrics]",
				"extra_body: {min_tokens: null}",
			},
		},
		{
			name: "a version that wants to be YAML", fake: fake{in: saying(map[string]page{
				"/v1/models": {body: `{"data":[{"id":"m","owned_by":"vllm","max_model_len":65536}]}`},
				"/version":   {body: `{"version":"1\n    api_key_file: /etc/shadow\u001b[2J\u202e"}`},
			})},
			want: []string{"engine: vllm", "window: 65536"}, not: []string{"\n    api_key_file", "\x1b", "\u202e"},
		},
		{
			name: "the address of a dialect", ask: chat.Endpoint{URL: "fake:8000/v1/chat/completions"},
			want: []string{"url: http://fake:8000/v1\n"},
		},
		{
			name: "a model by its name", ask: chat.Endpoint{Model: "m"}, fake: fake{in: saying(map[string]page{
				"/v1/models": {status: 404},
			})},
			want: []string{"model: m", "in no list of models"},
		},
	}
}

// Each server of the table, all of them fakes, gets a configuration that runs for ten minutes and has what is wanted.
func TestFakes(t *testing.T) {
	t.Parallel()
	for _, r := range taken() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.fake.serve(t, func(t *testing.T, at *place) {
				t.Helper()
				f, keyFile, err := r.explore(at)
				if err != nil {
					t.Fatal(err, strings.Join(at.said, "\n"))
				}
				text := tenMinutes(t, at, f, keyFile)
				r.compare(t, at, text)
				if r.more != nil {
					r.more(t, f)
				}
				file, _ := at.configured(f, keyFile)
				if got := file.Targets[0]; got.Model != f.Endpoint.Model || got.URL != f.Endpoint.URL ||
					got.API != f.Endpoint.API || got.Tools != f.Tools && got.API != chat.OpenAICompletions {
					t.Errorf("read back: %+v", got.Endpoint)
				}
			})
		})
	}
}

func (r row) explore(at *place) (f *Finding, keyFile string, err error) {
	if r.key != "" {
		r.ask.APIKeyFile, keyFile = at.file("key", r.key+"\n"), "key"
	}
	f, err = at.explore(r.ask)
	return f, keyFile, err
}

// compare looks for what is wanted, and into what was asked for what must not be.
func (r row) compare(t *testing.T, at *place, text string) {
	t.Helper()
	flat := strings.Join(strings.Fields(strings.ReplaceAll(text, "#", " ")), " ")
	for _, want := range r.want {
		if !strings.Contains(text, want) && !strings.Contains(flat, want) {
			t.Errorf("%q is missing:\n%s", want, text)
		}
	}
	for _, not := range append(r.not, secretKey) {
		if all := text + strings.Join(at.said, "\n"); strings.Contains(all, not) {
			t.Errorf("%q is in it:\n%s", not, all)
		}
	}
	askedNothingForbidden(t, at.asked)
}

// askedNothingForbidden: pages that print keys, change a server, wake its engine or take figures away.
func askedNothingForbidden(t *testing.T, asked []string) {
	t.Helper()
	for _, path := range asked {
		for _, never := range []string{
			"server_info", "model/info", "flush_cache", "perf_metrics", "health_generate", "slow_down", "generation",
			"model_info", "/load", "/api/show", "/api/generate",
		} {
			if strings.Contains(path, never) {
				t.Errorf("asked for %s", path)
			}
		}
		if method, _, _ := strings.Cut(path, " "); method != http.MethodGet && method != http.MethodPost {
			t.Errorf("asked for %s", path)
		}
	}
}

func refused() []row {
	status := func(code int, header, body string) fake {
		return fake{in: saying(map[string]page{
			"/models": {code, header, body}, "/v1/models": {code, header, body},
		})}
	}
	return []row{
		{
			name: "down", fake: fake{dial: syscall.ECONNREFUSED},
			fail: []string{"fake:8000 does not answer", "connect_refused"},
		},
		{
			name: "a key is needed", fake: fake{options: simulator.Options{APIKey: secretKey}},
			fail: []string{"needs a key", "--api-key-file FILE"},
		},
		{
			name: "a wrong key", fake: fake{options: simulator.Options{APIKey: "another"}}, key: secretKey,
			fail: []string{"refuses the key in", "/key"}, not: []string{secretKey},
		},
		{
			name: "a key that is repeated", key: secretKey,
			fake: status(401, "", `{"error":{"message":"invalid key `+secretKey+`"}}`),
			fail: []string{"refuses the key in", "<secret>"}, not: []string{secretKey},
		},
		{
			name: "loading", fake: status(503, "", `{"error":{"message":"Loading model"}}`),
			fail: []string{"is not ready", "Loading model"},
		},
		{
			name: "busy", fake: status(429, "", ""), fail: []string{"is not ready", "429"},
		},
		{
			name: "a redirect", fake: status(302, "Location: https://elsewhere/v1/models?secret=1", ""),
			fail: []string{"redirects to https://elsewhere/v1/models:"}, not: []string{"secret=1"},
		},
		{
			name: "several models", fake: status(200, "", `{"data":[{"id":"a"},{"id":"b\u001b[2J"},{"id":"c"}]}`),
			fail: []string{"2 models", "--model NAME", "\n  a\n  c"}, not: []string{"\x1b"},
		},
		{
			name: "a model that is the key", fake: status(200, "", `{"data":[{"id":"x-`+secretKey+`"}]}`), key: secretKey,
			fail: []string{"no list of models", "--model NAME"},
		},
		{
			name: "no inference API", fake: status(200, "", "<html><title>Hello</title></html>"),
			ask: chat.Endpoint{Model: "nobody"}, fail: []string{"the server does not have the model"},
		},
		{
			name: "nothing but pages", ask: chat.Endpoint{Model: "m"}, fake: fake{in: only("/nowhere")},
			fail: []string{"serves none of [openai_chat openai_responses anthropic_messages openai_completions]"},
		},
		{
			name: "a list without an end", fake: status(200, "", strings.Repeat(`{"data":[`, mostBytes/4)),
			fail: []string{"no list of models"},
		},
		{
			name: "a model that is not there", ask: chat.Endpoint{Model: "other"},
			fail: []string{"the server does not have the model", "its list of models has\n  m"},
		},
		{
			name: "a window that is too small", fake: fake{window: 600},
			fail: []string{"does not answer a small request", "context length"},
		},
		{
			name: "no URL", ask: chat.Endpoint{URL: "http://"}, fail: []string{"url: has no host"},
		},
		{
			name: "a password in the URL", ask: chat.Endpoint{URL: "http://u:" + secretKey + "@fake"},
			fail: []string{"must not hold credentials"}, not: []string{secretKey},
		},
	}
}

// Each server of the table gets no configuration, and a message that says what to do.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, r := range refused() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.fake.serve(t, func(t *testing.T, at *place) {
				t.Helper()
				_, _, err := r.explore(at)
				if err == nil {
					t.Fatal("no error")
				}
				r.want = r.fail
				r.compare(t, at, err.Error())
			})
		})
	}
}

// TestClaudesKey: a server that wants its key in Anthropic's header is asked again with that, and no other.
func TestClaudesKey(t *testing.T) {
	t.Parallel()
	in := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Api-Key") != secretKey || r.Header.Get("Anthropic-Version") == "" {
				http.Error(w, `{"type":"error","error":{"type":"authentication_error","message":"x-api-key is required"}}`,
					http.StatusUnauthorized)
				return
			}
			if r.URL.Path == "/v1/models" {
				_, _ = w.Write([]byte(`{"data":[{"id":"m","max_input_tokens":200000}]}`))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	fake{in: in}.serve(t, func(t *testing.T, at *place) {
		t.Helper()
		f, keyFile, err := row{key: secretKey, ask: chat.Endpoint{URL: "http://fake/v1"}}.explore(at)
		if err != nil {
			t.Fatal(err)
		}
		if f.Endpoint.API != chat.AnthropicMessages || f.Window.Tokens != 200000 {
			t.Errorf("%+v", f)
		}
		tenMinutes(t, at, f, keyFile)
	})
}

// TestMetricsOfTensorRT: the page that empties itself is not asked for.
func TestMetricsOfTensorRT(t *testing.T) {
	t.Parallel()
	i := slices.IndexFunc(taken(), func(r row) bool { return r.name == "TensorRT-LLM" })
	r := taken()[i]
	r.fake.serve(t, func(t *testing.T, at *place) {
		t.Helper()
		if _, err := at.explore(r.ask); err != nil {
			t.Fatal(err)
		}
		if slices.Contains(at.asked, "GET /metrics") {
			t.Errorf("%v", at.asked)
		}
	})
}
