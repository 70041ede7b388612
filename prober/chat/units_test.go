package chat

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/sse"
)

func TestRateLimit(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		name      string
		header    map[string]string
		throttled bool
		want      RateLimit
	}{
		{"nothing", nil, true, RateLimit{}},
		{"seconds", map[string]string{"Retry-After": "20"}, true, RateLimit{RetryAfter: 20 * time.Second}},
		{"fraction", map[string]string{"Retry-After": "0.5"}, true, RateLimit{RetryAfter: 500 * time.Millisecond}},
		{"date", map[string]string{"Retry-After": "Mon, 23 Nov 2026 12:01:30 GMT"}, true, RateLimit{RetryAfter: 90 * time.Second}},
		{"past date", map[string]string{"Retry-After": "Mon, 23 Nov 2026 11:00:00 GMT"}, true, RateLimit{}},
		{"nonsense", map[string]string{"Retry-After": "soon"}, true, RateLimit{}},
		{"not a number", map[string]string{"Retry-After": "NaN"}, true, RateLimit{}},
		{"absurd", map[string]string{"Retry-After": "1e300"}, true, RateLimit{RetryAfter: longestWait}}, // read as a date far away, and bounded
		{"negative", map[string]string{"Retry-After": "-5"}, true, RateLimit{}},
		{"openai", map[string]string{
			"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "1s",
			"x-ratelimit-limit-tokens": "150000", "x-ratelimit-remaining-tokens": "30000", "x-ratelimit-reset-tokens": "6m0s",
		}, false, RateLimit{Remaining: 0.2, HasRemaining: true}}, // the scarcest; no wait while nothing was refused
		{"openai exhausted", map[string]string{
			"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59", "x-ratelimit-reset-requests": "1s",
			"x-ratelimit-limit-tokens": "150000", "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "12ms",
		}, true, RateLimit{RetryAfter: 12 * time.Millisecond, HasRemaining: true}},
		{"anthropic exhausted", map[string]string{
			"anthropic-ratelimit-requests-limit": "50", "anthropic-ratelimit-requests-remaining": "49", "anthropic-ratelimit-requests-reset": "2026-11-23T12:00:01Z",
			"anthropic-ratelimit-input-tokens-limit": "400000", "anthropic-ratelimit-input-tokens-remaining": "0", "anthropic-ratelimit-input-tokens-reset": "2026-11-23T12:00:47Z",
		}, true, RateLimit{RetryAfter: 47 * time.Second, HasRemaining: true}},
		{"retry-after wins", map[string]string{
			"retry-after": "3", "anthropic-ratelimit-tokens-limit": "10", "anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-tokens-reset": "2026-11-23T12:00:47Z",
		}, true, RateLimit{RetryAfter: 3 * time.Second, HasRemaining: true}},
		{"together", map[string]string{
			"x-ratelimit-limit": "10", "x-ratelimit-remaining": "5", "x-ratelimit-reset": "2",
			"x-tokenlimit-limit-dynamic": "1000", "x-tokenlimit-remaining-dynamic": "100",
		}, true, RateLimit{RetryAfter: 2 * time.Second, Remaining: 0.1, HasRemaining: true}}, // one reset for all
		{"half a pair", map[string]string{"x-ratelimit-remaining-requests": "5"}, false, RateLimit{}},
		{"limit of nothing", map[string]string{"x-ratelimit-limit-requests": "0", "x-ratelimit-remaining-requests": "0"}, false, RateLimit{}},
		{"more than all", map[string]string{"x-ratelimit-limit-requests": "5", "x-ratelimit-remaining-requests": "9"}, false, RateLimit{Remaining: 1, HasRemaining: true}},
	}
	for _, tt := range tests {
		h := http.Header{}
		for k, v := range tt.header {
			h.Set(k, v)
		}
		if got := rateLimit(h, now, tt.throttled); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestRecall(t *testing.T) {
	tests := []struct {
		expect   string
		pieces   []string
		complete bool
		want     Recall
	}{
		{"", []string{"a"}, true, NotAsked},
		{"lighthouse", []string{"the lighthouse."}, true, Right},
		{"lighthouse", []string{"the light", "h", "ouse"}, true, Right},  // across events
		{"lighthouse", []string{"the light", " ", "house"}, true, Wrong}, //
		{"lighthouse", []string{"light"}, false, NotAsked},               // cut short: no verdict
		{"lighthouse", []string{"lighthouse is "}, false, Right},         // but right is right
		{"naïve\nx", []string{`na\u00efve`, `\nx`}, true, Right},         // escapes
		{"aab", []string{"a", "a", "a", "b"}, true, Right},               // a match that begins within a failed one
		{"x", []string{strings.Repeat("y", 100), "", "x"}, true, Right},  // one byte needs no tail
		{"kite", []string{`say \"kite\"`}, true, Right},                  //
	}
	for _, tt := range tests {
		r := recall{expect: []byte(tt.expect)}
		for _, p := range tt.pieces {
			r.add([]byte(p))
			if len(r.tail) >= max(len(tt.expect), 1) {
				t.Errorf("%q: keeps %q", tt.expect, r.tail)
			}
		}
		if got := r.verdict(tt.complete); got != tt.want {
			t.Errorf("%q in %q: %d, want %d", tt.expect, tt.pieces, got, tt.want)
		}
	}
}

// Reasoning is not the visible answer: a model that only thought of the word did not say it.
func TestRecallLooksAtVisibleText(t *testing.T) {
	for _, tt := range []struct {
		file   string
		api    API
		expect string
		want   Recall
	}{
		{"vllm-reasoning", OpenAIChat, "Hi there", Right},
		{"vllm-reasoning", OpenAIChat, "Let me", Wrong},
		{"together", OpenAIChat, "One two", Right}, // text and delta are one
		{"anthropic-thinking-tool", AnthropicMessages, "I look.", Right},
		{"anthropic-thinking-tool", AnthropicMessages, "Hm", Wrong},
		{"responses-incomplete", OpenAIResponses, "the", Right},
		{"responses-reasoning-tool", OpenAIResponses, "path", Wrong},
	} {
		if x := replay(tt.api, &script{data: handFile(t, tt.file)}, way{expect: tt.expect}); x.Recall != tt.want {
			t.Errorf("%s: %q: %d, want %d", tt.file, tt.expect, x.Recall, tt.want)
		}
	}
}

func TestUsage(t *testing.T) {
	tests := []struct {
		raw                             string
		in, cached, write, out, thought int64
	}{
		{`{"prompt_tokens":10,"completion_tokens":2}`, 10, -1, -1, 2, -1}, // absent details are unknown
		{`{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":null,"completion_tokens_details":null}`, 10, -1, -1, 2, -1},
		{`{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":3}}`, 10, 0, 3, 2, -1}, // 0 is a report
		{`{"prompt_tokens":10,"completion_tokens":2,"reasoning_tokens":1}`, 10, -1, -1, 2, 1},                                              // SGLang
		{`{"prompt_tokens":null,"completion_tokens":-1}`, -1, -1, -1, -1, -1},
		{`{"prompt_tokens":1.5,"completion_tokens":"2"}`, -1, -1, -1, -1, -1},
		{`{"input_tokens":37,"input_tokens_details":{"cached_tokens":32},"output_tokens":11,"output_tokens_details":{"reasoning_tokens":4}}`, 37, 32, -1, 11, 4},
		{`[]`, -1, -1, -1, -1, -1},
	}
	for _, tt := range tests {
		u := openAIUsage(json.RawMessage(tt.raw))
		got := [5]int64{count(u.Input), count(u.Cached), count(u.CacheWrite), count(u.Output), count(u.Reasoning)}
		if want := [5]int64{tt.in, tt.cached, tt.write, tt.out, tt.thought}; got != want || string(u.Verbatim) != tt.raw {
			t.Errorf("%s: %v, want %v; verbatim %s", tt.raw, got, want, u.Verbatim)
		}
	}
	if u := openAIUsage(nil); u.Verbatim != nil || count(u.Input) != -1 {
		t.Errorf("no usage: %+v", u)
	}
}

func TestValidate(t *testing.T) {
	dir := t.TempDir()
	good, empty := filepath.Join(dir, "key"), filepath.Join(dir, "empty")
	if err := os.WriteFile(good, []byte("k"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(empty, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Endpoint)
		want   []string
	}{
		{"good", func(*Endpoint) {}, nil},
		{"good with key", func(e *Endpoint) { e.APIKeyFile = good }, nil},
		{"no url", func(e *Endpoint) { e.URL = "" }, []string{"url: is empty"}},
		{"no scheme", func(e *Endpoint) { e.URL = "api.together.xyz/v1" }, []string{"url: must begin with http:// or https://"}},
		{"scheme only in looks", func(e *Endpoint) { e.URL = "localhost:8000/v1" }, []string{"url: must begin with http:// or https://"}},
		{"no host", func(e *Endpoint) { e.URL = "http:///v1" }, []string{"url: has no host"}},
		{"bad url", func(e *Endpoint) { e.URL = "http://a b/" }, []string{"url: cannot be read; want something like https://api.example.com/v1"}},
		{"credentials", func(e *Endpoint) { e.URL = "http://u:p@h/" }, []string{"url: must not hold credentials; use api_key_file or http.basic_auth"}},
		{"api", func(e *Endpoint) { e.API = "grpc" }, []string{`api: unknown api "grpc", want one of openai_chat, openai_responses, openai_completions, anthropic_messages`}},
		{"model", func(e *Endpoint) { e.Model = "" }, []string{"model: is empty"}},
		{"missing key", func(e *Endpoint) { e.APIKeyFile = dir + "/none" }, []string{"api_key_file: open " + dir + "/none: no such file or directory"}},
		{"empty key", func(e *Endpoint) { e.APIKeyFile = empty }, []string{"api_key_file: file is empty"}},
		{"two keys", func(e *Endpoint) { e.APIKeyFile = good; e.HTTP.Authorization = &config.Authorization{Credentials: "x"} }, []string{"api_key_file: cannot stand beside credentials under http"}},
		{"http", func(e *Endpoint) { e.HTTP.BearerToken, e.HTTP.BearerTokenFile = "a", "b" }, []string{"http: at most one of bearer_token & bearer_token_file must be configured"}},
		{"extra", func(e *Endpoint) { e.ExtraBody = map[string]any{"stream": false, "messages": nil, "x": 1} }, []string{"extra_body.messages: cannot be replaced", "extra_body.stream: cannot be replaced"}},
		{"extra not JSON", func(e *Endpoint) { e.ExtraBody = map[string]any{"x": map[any]any{1: 2}} }, []string{"extra_body: x: cannot be written as JSON: json: unsupported type: map[interface {}]interface {}"}},
		{"header", func(e *Endpoint) { e.SessionHeaders = []string{"X-Session-ID", "X Session", ""} }, []string{`session_headers: "X Session" is no header name`, `session_headers: "" is no header name`}},
		{"times", func(e *Endpoint) { e.Timeout, e.StallTimeout = 0, 0 }, []string{"timeout: must be positive", "stall_timeout: must be positive"}},
		{"batch", func(e *Endpoint) { e.BatchReads = model.Duration(2 * time.Second) }, []string{"batch_reads: must be between 0s and 1s"}},
		{"stall", func(e *Endpoint) { e.StallTimeout = e.Timeout + 1 }, []string{"stall_timeout: is longer than the timeout of 5m0s"}},
	}
	for _, tt := range tests {
		e := testEndpoint(OpenAIChat)
		tt.change(&e)
		var got []string
		for _, p := range e.Validate() {
			got = append(got, p.Error())
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if _, err := NewClient(e, Options{}); (err == nil) != (tt.want == nil) {
			t.Errorf("%s: NewClient: %v", tt.name, err)
		}
	}
}

func TestEndpointFromYAML(t *testing.T) {
	e := DefaultEndpoint()
	err := yaml.Unmarshal([]byte(`
url: https://api.example.com/v1
model: m
extra_body: {min_tokens: "${max_tokens}", nvext: {agent_hints: {osl: "${max_tokens}"}}, stream_options: null}
http: {proxy_url: "http://proxy:3128"}
timeout: 2m
`), &e)
	if err != nil {
		t.Fatal(err)
	}
	if errs := e.Validate(); len(errs) > 0 {
		t.Fatal(errs)
	}
	if time.Duration(e.Timeout) != 2*time.Minute || time.Duration(e.StallTimeout) != DefaultStallTimeout || e.API != OpenAIChat {
		t.Errorf("%+v", e)
	}
	body := string(bodyOf(t, e, &Request{Conversation: smallTalk(), MaxTokens: 9}))
	if !strings.HasSuffix(body, `],"max_tokens":9,"min_tokens":9,"nvext":{"agent_hints":{"osl":9}}}`) || strings.Contains(body, "stream_options") {
		t.Error(body)
	}
}

// What servers send for errors inside a 200, in every shape that is known.
func TestComplaints(t *testing.T) {
	tests := []struct {
		api     API
		event   string
		outcome Outcome // "" for no error
		text    string
	}{
		{OpenAIChat, `data: {"error":{"message":"m","type":"t","param":null,"code":null}}`, Broken, "server reports an error: t: m"},
		{OpenAIChat, `data: {"error":{"message":"m","code":429}}`, Throttled, "server reports an error: 429: m"},
		{OpenAIChat, `data: {"error":{"message":"m","code":"rate_limit_exceeded"}}`, Throttled, "server reports an error: rate_limit_exceeded: m"},
		{OpenAIChat, `data: {"error":{"message":"m","type":"RateLimitError","code":500}}`, Throttled, "server reports an error: RateLimitError: m"},
		{OpenAIChat, `data: {"error":{"message":"rate limit"}}`, Broken, "server reports an error: rate limit"}, // a message proves nothing
		{OpenAIChat, `data: {"error":"m"}`, Broken, "server reports an error: m"},
		{OpenAIChat, `data: {"error":{}}`, Broken, "server reports an error"},
		{OpenAIChat, `data: {"object":"error","message":"m"}`, Broken, "server reports an error: m"},
		{OpenAIChat, `data: {"message":"m","code":500}`, Broken, "server reports an error: 500: m"},
		{OpenAIChat, `data: {"message":"m","type":"t","code":503,"details":null}`, Throttled, "server reports an error: t: m"},
		{OpenAIChat, `data: {"type":"error","error":{"type":"overloaded_error","message":"m"}}`, Throttled, "server reports an error: overloaded_error: m"},
		{OpenAIChat, "event: error\ndata: {\"whatever\":1}", Broken, "server reports an error"},
		{OpenAIChat, "event: error\ndata: dead", Broken, "malformed JSON in an event"},
		{OpenAIChat, `data: {"error":null,"choices":[]}`, "", ""},
		{OpenAIChat, `data: {"message":"m"}`, "", ""},                                // says nothing of an error
		{OpenAIChat, "event: metrics\ndata: {\"message\":\"m\",\"code\":1}", "", ""}, // an annotation
		{OpenAICompletions, `data: {"choices":[{"text":"x"}],"error":{"message":"m"}}`, Broken, "server reports an error: m"},
		{AnthropicMessages, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"m\"}}", Throttled, "server reports an error: rate_limit_error: m"},
		{AnthropicMessages, `data: {"type":"error","error":{"type":"api_error","message":"m"}}`, Broken, "server reports an error: api_error: m"},
		{AnthropicMessages, `data: {"error":{"message":"m","type":"RateLimitError","param":null,"code":429}}`, Throttled, "server reports an error: RateLimitError: m"}, // OpenAI's shape on Anthropic's route
		{AnthropicMessages, `data: {"type":"novelty","x":1}`, "", ""},
		{OpenAIResponses, `data: {"type":"error","code":"server_error","message":"m","param":null}`, Broken, "server reports an error: server_error: m"},
		{OpenAIResponses, `data: {"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"m"}}}`, Throttled, "server reports an error: rate_limit_exceeded: m"},
		{OpenAIResponses, `data: {"type":"response.failed"}`, Broken, "response failed"},
		{OpenAIResponses, `data: {"type":"response.completed","response":{"error":{"code":"x","message":"m"}}}`, Broken, "server reports an error: x: m"},
		{OpenAIResponses, `data: {"type":"response.novelty"}`, "", ""},
	}
	for _, tt := range tests {
		s := sse.NewScanner()
		buf, err := s.Buffer(4096)
		if err != nil {
			t.Fatal(err)
		}
		s.Filled(copy(buf, tt.event+"\n\n"))
		ev, ok, err := s.Next()
		if !ok || err != nil {
			t.Fatal(tt.event, ok, err)
		}
		_, f := rowOf(tt.api).decoder().event(ev)
		var outcome Outcome
		text := ""
		if f != nil {
			outcome, text = f.outcome, f.reason
		}
		if outcome != tt.outcome || text != tt.text {
			t.Errorf("%s %s: %s %q, want %s %q", tt.api, tt.event, outcome, text, tt.outcome, tt.text)
		}
	}
}

func TestExcerpt(t *testing.T) {
	for in, want := range map[string]string{
		"  two\nlines\t and \x1b[31mcolour\u202e ": "two lines and [31mcolour",
		"":                        "",
		strings.Repeat("é", 300):  strings.Repeat("é", 100) + "…", // 200 bytes, no half characters
		strings.Repeat("a ", 300): strings.Repeat("a ", 99) + "a…",
	} {
		if got := excerpt(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// The end of an upload is not later than the answer to it, whenever its hook got to run.
func TestWrittenIsBeforeTheAnswer(t *testing.T) {
	second := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Second) }
	never := time.Time{}
	for _, tt := range []struct {
		written, headers time.Time
		whole            bool
		want             time.Time
	}{
		{second(1), second(2), true, second(1)},
		{second(3), second(2), true, second(2)}, // the hook ran late
		{never, second(2), true, second(2)},     // or not yet
		{never, second(2), false, never},        // an early answer: the body was not sent to its end
		{second(1), never, true, second(1)},     // no answer
		{never, never, true, never},
	} {
		tr := trace{written: tt.written, headers: tt.headers}
		var x Exchange
		tr.fill(&x, tt.whole)
		if !x.Written.Equal(tt.want) {
			t.Errorf("%+v: %v", tt, x.Written)
		}
	}
}
