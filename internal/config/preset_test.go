package config

import (
	"reflect"
	"testing"

	"github.com/firsttoken/firsttoken/prober/chat"
)

func TestPresets(t *testing.T) {
	const minTokens = "${max_tokens}"
	for _, c := range []struct {
		name, keys string
		api        chat.API
		tools      bool
		extra      map[string]any
		headers    []string
	}{
		{"a label only", "engine: my-own", chat.OpenAIChat, true, nil, nil},
		{
			"all of it", "engine: vllm", chat.OpenAIChat, false,
			map[string]any{"ignore_eos": true, "min_tokens": minTokens},
			[]string{"X-Session-ID"},
		},
		{
			"the file wins, key by key", "engine: vllm, tools: true, extra_body: {min_tokens: null, seed: 1}",
			chat.OpenAIChat, true,
			map[string]any{"ignore_eos": true, "min_tokens": nil, "seed": 1},
			[]string{"X-Session-ID"},
		},
		{
			"null takes a whole key away", "engine: vllm, session_headers: null, extra_body: null",
			chat.OpenAIChat, false, nil, nil,
		},
		{
			"another dialect", "engine: anthropic", chat.AnthropicMessages, true,
			map[string]any{"service_tier": "standard_only"},
			nil,
		},
		{
			"a dialect of one's own", "engine: openai, api: openai_chat", chat.OpenAIChat, true,
			map[string]any{"service_tier": "default"},
			nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := parsed(t, "targets:\n  - {name: a, url: 'http://vllm:8000/v1', model: m, "+c.keys+"}\n").Targets[0]
			if got.API != c.api || got.Tools != c.tools {
				t.Errorf("api %s, tools %v", got.API, got.Tools)
			}
			if !reflect.DeepEqual(got.ExtraBody, c.extra) || !reflect.DeepEqual(got.SessionHeaders, c.headers) {
				t.Errorf("extra_body %v, session_headers %v", got.ExtraBody, got.SessionHeaders)
			}
		})
	}
}

func TestPresetMetrics(t *testing.T) {
	targets := parsed(t, `
defaults: {engine: vllm, model: m}
targets:
  - {name: own, url: "http://a:8000/v1"}
  - {name: told, url: "http://b:8000/v1", engine_metrics: ["http://c/metrics"]}
  - {name: none, url: "http://d:8000/v1", engine_metrics: null}
`).Targets
	for i, want := range [][]string{{"http://a:8000/metrics"}, {"http://c/metrics"}, nil} {
		if got := targets[i].EngineMetrics; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", targets[i].Name, got, want)
		}
	}
}
