package chat

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"
)

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
		{
			"no scheme", func(e *Endpoint) { e.URL = "api.together.xyz/v1" },
			[]string{"url: must begin with http:// or https://"},
		},
		{
			"scheme only in looks", func(e *Endpoint) { e.URL = "localhost:8000/v1" },
			[]string{"url: must begin with http:// or https://"},
		},
		{"no host", func(e *Endpoint) { e.URL = "http:///v1" }, []string{"url: has no host"}},
		{
			"bad url", func(e *Endpoint) { e.URL = "http://a b/" },
			[]string{"url: cannot be read; want something like https://api.example.com/v1"},
		},
		{
			"credentials", func(e *Endpoint) { e.URL = "http://u:p@h/" },
			[]string{"url: must not hold credentials; use api_key_file or http.basic_auth"},
		},
		{
			"api", func(e *Endpoint) { e.API = "grpc" },
			[]string{`api: unknown api "grpc", want one of ` + apiNames()},
		},
		{"model", func(e *Endpoint) { e.Model = "" }, []string{"model: is empty"}},
		{
			"missing key", func(e *Endpoint) { e.APIKeyFile = dir + "/none" },
			[]string{"api_key_file: open " + dir + "/none: no such file or directory"},
		},
		{"empty key", func(e *Endpoint) { e.APIKeyFile = empty }, []string{"api_key_file: file is empty"}},
		{
			"two keys",
			func(e *Endpoint) { e.APIKeyFile = good; e.HTTP.Authorization = &config.Authorization{Credentials: "x"} },
			[]string{"api_key_file: cannot stand beside credentials under http"},
		},
		{
			"http", func(e *Endpoint) { e.HTTP.BearerToken, e.HTTP.BearerTokenFile = "a", "b" },
			[]string{"http: at most one of bearer_token & bearer_token_file must be configured"},
		},
		{
			"extra", func(e *Endpoint) { e.ExtraBody = map[string]any{"stream": false, "messages": nil, "x": 1} },
			[]string{"extra_body.messages: cannot be replaced", "extra_body.stream: cannot be replaced"},
		},
		{
			"extra that bends numbers", func(e *Endpoint) { e.ExtraBody = map[string]any{"n": 2, "best_of": 1, "echo": true} },
			[]string{
				"extra_body.echo: would make the prompt its own first token",
				"extra_body.n: would make several answers of which one user sees one",
			},
		},
		{
			"extra not JSON", func(e *Endpoint) { e.ExtraBody = map[string]any{"x": map[any]any{1: 2}} },
			[]string{"extra_body: x: cannot be written as JSON: json: unsupported type: map[interface {}]interface {}"},
		},
		{
			"header", func(e *Endpoint) { e.SessionHeaders = []string{"X-Session-ID", "X Session", ""} },
			[]string{`session_headers: "X Session" is no header name`, `session_headers: "" is no header name`},
		},
		{
			"times", func(e *Endpoint) { e.Timeout, e.StallTimeout = 0, 0 },
			[]string{"timeout: must be positive", "stall_timeout: must be positive"},
		},
		{
			"batch", func(e *Endpoint) { e.BatchReads = model.Duration(2 * time.Second) },
			[]string{"batch_reads: must be between 0s and 1s"},
		},
		{
			"stall", func(e *Endpoint) { e.StallTimeout = e.Timeout + 1 },
			[]string{"stall_timeout: is longer than the timeout of 5m0s"},
		},
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
	if time.Duration(e.Timeout) != 2*time.Minute || time.Duration(e.StallTimeout) != defaultStallTimeout ||
		e.API != OpenAIChat {
		t.Errorf("%+v", e)
	}
	body := string(bodyOf(t, e, &Request{Conversation: smallTalk(), MaxTokens: 9}))
	const tail = `],"max_tokens":9,"min_tokens":9,"nvext":{"agent_hints":{"osl":9}}}`
	if !strings.HasSuffix(body, tail) || strings.Contains(body, "stream_options") {
		t.Error(body)
	}
}
