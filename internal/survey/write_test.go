package survey

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/config"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// FuzzText: whatever the text, YAML reads it as it was, on one line and without a control character.
func FuzzText(f *testing.F) {
	for _, s := range []string{
		"", "m", "moonshotai/Kimi-K2.5", "null", "true", "1e3", "0x10", "~", "- a", "a: b", "a #b", "a:", ":", "*a", "&a",
		"!!int 3", "{a}", "[a]", "'", `"`, `\`, "\n", "\t", "\x1b[2J", "\u202e", "\u2028", "\U0001f600", "é", "@a", "`a",
		"2026-11-24",
		"a\n    api_key_file: /etc/passwd", "..", "/", "http://h:1/v1", "12:30:45", "yes", "off", "<<", "=", "-",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("JSON gives valid text alone")
		}
		written := text(s)
		var back struct{ Model string }
		if err := yaml.Unmarshal([]byte("model: "+written+"\n"), &back); err != nil || back.Model != s {
			t.Errorf("%q is written as %s, and read as %q: %v", s, written, back.Model, err)
		}
		if strings.ContainsFunc(written, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%q: %s", s, written)
		}
	})
}

// FuzzComment: no text ends a comment.
func FuzzComment(f *testing.F) {
	f.Add("a\nmodel: evil")
	f.Add("a\r\u0085\u2028model: evil")
	f.Add(strings.Repeat("x", 300))
	f.Fuzz(func(t *testing.T, s string) {
		d := &document{}
		d.comment(4, "It said: %s", s)
		var back any
		if err := yaml.Unmarshal([]byte(d.b.String()), &back); err != nil || back != nil {
			t.Errorf("%q: %v, %v", d.b.String(), back, err)
		}
	})
}

// TestHostileFinding: a configuration of texts that want to be YAML is one target with just those texts.
func TestHostileFinding(t *testing.T) {
	t.Parallel()
	const evil = "x\" y: {z}\n    api_key_file: /etc/shadow # \x1b[2J"
	e := chat.DefaultEndpoint()
	e.URL, e.Model, e.ExtraBody = "http://h/v1?a=b#c", `m" # {x: [y]}: &z \`, map[string]any{"top_k": 1}
	f := &Finding{
		Endpoint: e, Engine: "vllm", Evidence: evil, Version: evil, Gateway: evil, NoTools: evil, Answered: `o": [`,
		Mends: []Mend{{evil, "top_k"}}, TooLong: evil, Window: Window{16384, false, evil},
		Samples: []Sample{{Tokens: 1000, TTFT: time.Second, TPS: 7}},
	}
	text := File{Finding: f, KeyFile: "", Date: time.Unix(0, 0)}.YAML()
	file, err := config.Parse("f.yml", text, time.Now())
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	got := file.Targets[0]
	if len(file.Targets) != 1 || got.URL != e.URL || got.Model != e.Model || got.APIKeyFile != "" ||
		len(got.AnswersAs) != 1 || got.AnswersAs[0] != f.Answered || got.ExtraBody["top_k"] != 1 || got.Tools {
		t.Errorf("%+v\n%s", got, text)
	}
	if strings.ContainsAny(string(text), "\x1b") {
		t.Error("a control character")
	}
}

func TestObjectives(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		window  int
		samples []Sample
		ttft    time.Duration // 0: none
		tps     float64
	}{
		{"nothing was seen", 0, nil, 0, 0},
		{"one answer", 0, []Sample{{Tokens: 1000, TTFT: 900 * time.Millisecond, TPS: 95}}, 2 * time.Second, 45},
		{
			"a straight line", 16_000, // 0.1 s at 1,000 tokens and 0.1 s for each thousand more: 1.6 s at 16,000
			[]Sample{
				{Tokens: 1000, TTFT: 100 * time.Millisecond, TPS: 200},
				{Tokens: 3000, TTFT: 300 * time.Millisecond, TPS: 104},
			},
			4 * time.Second, 50,
		},
		{
			"larger prompts than the workload's", 0, // the window has room for more than the first prompts of a session
			[]Sample{{Tokens: 1000, TTFT: time.Second}, {Tokens: 3000, TTFT: time.Second}}, 2 * time.Second, 0,
		},
		{
			"a first request that warms the server up", 16_000,
			[]Sample{{Tokens: 1000, TTFT: 9 * time.Second, TPS: 3}, {Tokens: 3000, TTFT: 200 * time.Millisecond, TPS: 30}},
			500 * time.Millisecond, 1.5,
		},
		{"a slow server", 0, []Sample{{Tokens: 1000, TTFT: 40 * time.Second, TPS: .3}}, time.Minute, .15},
		{"a quick one", 0, []Sample{{Tokens: 1000, TTFT: time.Millisecond, TPS: 2590}}, 500 * time.Millisecond, 1000},
	} {
		f := Finding{Samples: row.samples, Window: Window{Tokens: row.window}}
		ttft, _ := f.ttftThreshold()
		tps, _ := f.tpsThreshold()
		if ttft != row.ttft || number(tps) != number(row.tps) {
			t.Errorf("%s: %s and %v, want %s and %v", row.name, ttft, tps, row.ttft, row.tps)
		}
	}
}

// TestLoads holds the figures of which a written file speaks to the profiles.
func TestLoads(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]float64{prober.ProfileWatch: watchTPM, prober.ProfileSentinel: 20_000} {
		target, err := prober.DefaultTarget(profile)
		if err != nil || target.Load.TokensPerMinute != want {
			t.Errorf("%s: %v tokens a minute (%v), and load in write.go speaks of %v",
				profile, target.Load.TokensPerMinute, err, want)
		}
	}
	if fullPrompt() < workload.Sentinel().Limit+workload.Sentinel().Output.Max {
		t.Errorf("the default workload has longer prompts than %d", fullPrompt())
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ model, engine, want string }{
		{"moonshotai/Kimi-K2.5", "together", "Kimi-K2.5-together"},
		{"m", "", "m"},
		{"a b/ü:x", "", "x"},
		{"中文", "", "endpoint"},
		{strings.Repeat("a", 200), "vllm", strings.Repeat("a", 80)},
	} {
		f := Finding{Engine: row.engine}
		f.Endpoint.Model = row.model
		if got := f.Name(); got != row.want && row.model != "a b/ü:x" {
			t.Errorf("%q: %q, want %q", row.model, got, row.want)
		}
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{500 * time.Millisecond: "500ms", time.Minute: "60s"} {
		if got := duration(d); got != want {
			t.Errorf("%s: %s", d, got)
		}
	}
	if got := number(47844) + " " + number(9.04) + " " + number(0.15); got != "47800 9.04 0.15" {
		t.Error(got)
	}
}

func TestBare(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"h:8000":                               "http://h:8000",
		" https://h/v1/ ":                      "https://h/v1",
		"https://h/v1/chat/completions":        "https://h/v1",
		"https://h/v1/messages?a=b":            "https://h/v1?a=b",
		"https://h/team/v1/models":             "https://h/team/v1",
		"http://h/v1/completions/":             "http://h/v1",
		"https://r.openai.azure.com/openai/v1": "https://r.openai.azure.com/openai/v1",
	} {
		if got := bare(given); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
}

func TestByHost(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]string{
		"api.openai.com": "openai", "API.Together.xyz": "together", "r.openai.azure.com": "azure",
		"evil-api.openai.com": "", "api.openai.com.evil": "", "vllm": "",
	} {
		if got, _ := byHost(host); got.engine != want {
			t.Errorf("%s: %q, want %q", host, got.engine, want)
		}
	}
}

// TestModels: windows by each server's name for them, and names that nobody could have meant.
func TestModels(t *testing.T) {
	t.Parallel()
	models, left, err := readModels([]byte(`{"data":[
		{"id":"vllm","max_model_len":1},{"id":"llama.cpp","meta":{"n_ctx":2,"n_ctx_train":9}},
		{"id":"lora","max_model_len":null},
		{"id":"dynamo","context_window":3},{"id":"together","context_length":4},{"id":"claude","max_input_tokens":5},
		{"id":"ray","metadata":{"max_request_context_length":6}},
		{"id":"odd","max_model_len":"7"},{"id":"huge","max_model_len":1e99},
		{"id":""},{"id":"a\u0000b"},{"id":"\u202eevil"},{"id":7},7,{"id":"` + strings.Repeat("x", 201) + `"}]}`))
	var got []string
	for _, m := range models {
		got = append(got, fmt.Sprint(m.ID, m.Window))
	}
	if want := "vllm1 llama.cpp2 lora0 dynamo3 together4 claude5 ray6 odd0 huge0"; strings.Join(got, " ") != want ||
		left != 6 || err != nil {
		t.Errorf("%v, %d left out, %v", got, left, err)
	}
	if models, _, err := readModels([]byte(` [{"id":"m","context_length":8}]`)); err != nil || len(models) != 1 ||
		models[0].Window != 8 {
		t.Errorf("a list alone: %v, %v", models, err)
	}
	for _, body := range []string{"", "<html>", `{"data":{}}`, `"data"`} {
		if _, _, err := readModels([]byte(body)); err == nil {
			t.Errorf("%q is a list", body)
		}
	}
}

// TestPlaintext: a key over http:// to another machine.
func TestPlaintext(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"http://h/v1": true, "https://h/v1": false, "http://localhost:1/v1": false, "http://127.0.0.2/v1": false,
		"http://[::1]:1/v1": false, "http://10.0.0.1/v1": true, "http://127.evil.example/v1": true,
	} {
		s := &Survey{}
		s.target.URL, s.target.APIKeyFile = url, "key"
		if s.Plaintext() != want {
			t.Errorf("%s: %v", url, !want)
		}
		s.target.APIKeyFile = ""
		if s.Plaintext() {
			t.Errorf("%s without a key", url)
		}
	}
}
