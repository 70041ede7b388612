package preset

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// pages is where each preset is explained.
const pages = "../../docs/engines"

// block is the text of the fenced block that begins with the given line.
func block(t *testing.T, page, fence string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(pages, page))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), "```"+fence+"\n")
	if !ok {
		t.Fatalf("%s has no block %q", page, fence)
	}
	inside, _, _ := strings.Cut(rest, "```")
	return inside
}

func TestPagesShowWhatThePresetsSet(t *testing.T) {
	for _, p := range All() {
		t.Run(p.Engine, func(t *testing.T) {
			var example struct {
				Targets []struct{ URL, Engine string }
			}
			if err := yaml.Unmarshal([]byte(block(t, p.Page, "yaml")), &example); err != nil {
				t.Fatal(err)
			}
			if example.Targets[0].Engine != p.Engine {
				t.Errorf("the example of %s is of engine %q", p.Page, example.Targets[0].Engine)
			}
			var shown map[string]any
			if err := yaml.Unmarshal([]byte(block(t, p.Page, "yaml preset")), &shown); err != nil {
				t.Fatal(err)
			}
			encoded, err := yaml.Marshal(p.Defaults(example.Targets[0].URL))
			if err != nil {
				t.Fatal(err)
			}
			var set map[string]any
			if err := yaml.Unmarshal(encoded, &set); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(shown, set) {
				t.Errorf("%s shows %v, the preset sets %v", p.Page, shown, set)
			}
		})
	}
}

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	index, err := os.ReadFile(filepath.Join(pages, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range All() {
		for _, name := range append([]string{p.Engine}, p.Aliases...) {
			if seen[name] || name != strings.ToLower(name) {
				t.Errorf("%q stands twice, or cannot be found by Named", name)
			}
			seen[name] = true
			if found, ok := Named(strings.ToUpper(name)); !ok || found.Engine != p.Engine {
				t.Errorf("Named(%q) = %q", name, found.Engine)
			}
		}
		if p.Window == "" || p.API == "" {
			t.Errorf("%s says nothing of its window or its dialect", p.Engine)
		}
		if !strings.Contains(string(index), "("+p.Page+")") {
			t.Errorf("docs/engines/README.md does not list %s", p.Page)
		}
		e := chat.DefaultEndpoint()
		e.API, e.Model, e.ExtraBody = p.API, "m", p.ExtraBody
		if _, err := chat.NewEncoder(e); err != nil {
			t.Errorf("%s: %s", p.Engine, err)
		}
	}
	if _, ok := Named("an engine of my own"); ok {
		t.Error("an unknown engine has a preset")
	}
}

func TestMetricsPage(t *testing.T) {
	vllm, _ := Named("vllm")
	for base, want := range map[string]string{
		"http://vllm:8000/v1":            "http://vllm:8000/metrics",
		"https://gateway/kimi/v1?tier=1": "https://gateway/metrics",
		"http://user:pass@vllm/v1":       "", // a password must not go into a page that Prometheus reads
		"::":                             "",
	} {
		if got := vllm.metricsPage(base); got != want {
			t.Errorf("%s: %q, want %q", base, got, want)
		}
	}
	together, _ := Named("together")
	if got := together.metricsPage("https://api.together.ai/v1"); got != "" {
		t.Errorf("together has a page of metrics: %s", got)
	}
}

func TestRemedy(t *testing.T) {
	for _, row := range []struct{ message, want string }{ // messages as servers send them
		{
			`"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set`,
			"--enable-auto-tool-choice",
		},
		{"having tools in the request requires --tool-call-parser to be set", "tools: false"},
		{"tools param requires --jinja flag", "--jinja"},
		{"registry.ollama.ai/library/tiny:latest does not support tools", "tools: false"},
		{
			"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
			"max_completion_tokens: \"${max_tokens}\"",
		},
		{
			"Function tools with reasoning_effort are not supported for gpt-5.6 in /v1/chat/completions. " +
				"Please use /v1/responses instead",
			"openai_responses",
		},
		{"This model's maximum context length is 32768 tokens. However, you requested 60450", "window"},
		{"prompt is too long: 210000 tokens > 200000 maximum", "window"},
		{"request (66000 tokens) exceeds the available context size (65536 tokens)", "window"},
		{"Unrecognized request argument supplied: min_tokens", "min_tokens: null"},
		{"temperature is deprecated for this model", "no temperature"},
	} {
		if got := Remedy(row.message); !strings.Contains(got, row.want) {
			t.Errorf("%s\n  remedy %q, want one with %q", row.message, got, row.want)
		}
	}
	if got := Remedy("Internal server error"); got != "" {
		t.Errorf("an unknown message has the remedy %q", got)
	}
}

// TestCures: what a cure says is what it changes, in a copy.
func TestCures(t *testing.T) {
	type fields = map[string]any
	before := chat.Endpoint{API: chat.OpenAIChat, Tools: true, ExtraBody: fields{"min_tokens": wanted, "top_k": 1}}
	for _, row := range []struct {
		message string
		want    func(*chat.Endpoint) // nil: nothing
	}{
		{"having tools requires --tool-call-parser to be set", func(e *chat.Endpoint) { e.Tools = false }},
		{
			"'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
			func(e *chat.Endpoint) { e.ExtraBody["max_tokens"], e.ExtraBody["max_completion_tokens"] = nil, wanted },
		},
		{"extra_forbidden: min_tokens", func(e *chat.Endpoint) { e.ExtraBody["min_tokens"] = nil }},
		{
			"Function tools with reasoning_effort are not supported", func(e *chat.Endpoint) { e.API = chat.OpenAIResponses },
		},
		{"maximum context length is 8192 tokens", nil},
		{"Internal server error", nil},
	} {
		want := before
		want.ExtraBody = fields{"min_tokens": wanted, "top_k": 1}
		if row.want != nil {
			row.want(&want)
		}
		cure, _ := CureOf(row.message)
		got, changed := cure.Apply(before)
		if !reflect.DeepEqual(got, want) || changed != (row.want != nil) {
			t.Errorf("%s: changed %v: %+v", row.message, changed, got)
		}
		if again, changed := cure.Apply(got); changed {
			t.Errorf("%s: a second time: %+v", row.message, again)
		}
	}
	if len(before.ExtraBody) != 2 || before.ExtraBody["min_tokens"] != wanted {
		t.Errorf("the endpoint itself was changed: %v", before.ExtraBody)
	}
	bare := chat.Endpoint{API: chat.OpenAIChat}
	cure, _ := CureOf("unknown field stream_options")
	if got, changed := cure.Apply(bare); !changed || bare.ExtraBody != nil || len(got.ExtraBody) != 1 {
		t.Errorf("without fields of its own: %+v", got)
	}
}

func TestWindowIn(t *testing.T) {
	for message, want := range map[string]int{ // as servers send them
		"This model's maximum context length is 32768 tokens. However, you requested 60450":            32768,
		"You passed 9 input tokens. However, the model's context length is only 4096 tokens":           4096,
		"Input length (9) exceeds model's maximum context length (8192).":                              8192,
		"The input (9 tokens) is longer than the model's context length (8192 tokens).":                8192,
		"exceeds the model's maximum context length of 8192 tokens. You requested a total of 9 tokens": 8192,
		"request (66000 tokens) exceeds the available context size (65536 tokens), try increasing it":  65536,
		"request (9 tokens) exceeds the available context size (81…":                                   0, // cut
		"prompt is too long: 210000 tokens > 200000 maximum":                                           200000,
		"exceeded model token limit: 131072 (requested: 140000)":                                       131072,
		"The input token count (9) exceeds the maximum number of tokens allowed (1048576).":            1048576,
		"Prompt contains 9 tokens, too large for model with 32768 maximum context length":              32768,
		"Input is too long for requested model":                                                        0,
		"context length is 0.":                                                                         0,
		"context length is 9999999999 tokens":                                                          0,
		"context length is 8":                                                                          0, // cut
		"":                                                                                             0,
	} {
		if got, ok := WindowIn(message); got != want || ok != (want > 0) {
			t.Errorf("%q: %d, %v; want %d", message, got, ok, want)
		}
	}
}
