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
