package simulator

import (
	"encoding/json"
	"strings"
	"testing"
)

func asked(t *testing.T, body string) (*request, *Prompt) {
	t.Helper()
	r, err := parseRequest([]byte(body))
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	p, err := r.prompt(small())
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return r, p
}

func TestParseRequest(t *testing.T) {
	r, _ := asked(t, ` { "model" : "m\"x", "stream":true,
		"stream_options":{"include_obfuscation":false,"include_usage":true},
		"max_completion_tokens":450, "min_tokens":400, "ignore_eos":true, "temperature":1e-3, "nvext":{"a":[1,{"b":null}]},
		"tools":[{"type":"function","function":{"description":"d","name":"grep"}},{"name":"other"}],
		"messages":[{"role":"user","content":"hi"}] } `)
	if r.model != `m\"x` || !r.usage || r.maxTokens != 450 || r.minTokens != 400 || !r.ignoreEOS ||
		r.toolName != "grep" || r.marks {
		t.Errorf("%+v", r)
	}
}

// TestPromptsOfDialects checks which parts of a body belong to the prompt.
func TestPromptsOfDialects(t *testing.T) {
	for _, c := range []struct {
		a, b string
		same bool
		why  string
	}{
		{
			`"messages":[{"role":"user","content":"a b c d e f g h i"}]`,
			`"messages":[{"content":[{"type":"text","text":"a b c d e f g h i"}],"role":"user"}]`, true,
			"a string and one block of text, in any order of keys",
		},
		{
			`"messages":[{"role":"user","content":` +
				`[{"type":"text","text":"a b c d e f g h i","cache_control":{"type":"ephemeral"}}]}]`,
			`"messages":[{"role":"user","content":"a b c d e f g h i"}]`, true, "marks are no text",
		},
		{
			`"messages":[{"role":"user","content":"a b c d e f g h i"}]`,
			`"messages":[{"role":"assistant","content":"a b c d e f g h i"}]`, false, "the role counts",
		},
		{
			`"system":"s s s s s s","messages":[{"role":"user","content":"a b c d"}]`,
			`"system":"t t t t t t","messages":[{"role":"user","content":"a b c d"}]`, false, "the system prompt counts",
		},
		{
			`"messages":[{"role":"user","content":"a b c d e f"}],"tools":[{"name":"x y z w v"}]`,
			`"tools":[{"name":"x y z w v"}],"messages":[{"role":"user","content":"a b c d e f"}]`, true,
			"tools come first wherever they stand",
		},
		{
			`"tools":[{"name":"x y z w v"}],"messages":[{"role":"user","content":"a b c d e f"}]`,
			`"messages":[{"role":"user","content":"a b c d e f"}]`, false, "tools count",
		},
		{
			`"messages":[{"role":"assistant","content":null,` +
				`"tool_calls":[{"id":"1","function":{"name":"f","arguments":"a b c d e f"}}]}]`,
			`"messages":[{"role":"assistant","content":null,` +
				`"tool_calls":[{"id":"2","function":{"name":"f","arguments":"a b c d e f"}}]}]`,
			true, "ids do not count",
		},
		{
			`"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"a b c d e f"}}]}]`,
			`"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"a b c d e g"}}]}]`, false,
			"arguments count (the last word is not in a full block)",
		},
		{
			`"input":[{"type":"function_call_output","call_id":"1","output":"a b c d e f"}]`,
			`"input":[{"type":"function_call_output","call_id":"2","output":"a b c d e f"}]`, true, "Responses' tool results",
		},
		{`"prompt":"a b c d e f"`, `"prompt":["a b c d e f"]`, true, "legacy prompts"},
	} {
		_, a := asked(t, `{"stream":true,`+c.a+`}`)
		_, b := asked(t, `{"stream":true,`+c.b+`}`)
		more := `,{"role":"user","content":"x x x x x x x x"}`
		if !c.same { // close the last block, so that it is compared
			_, a = asked(t, `{"stream":true,`+strings.Replace(c.a, "}]", "}"+more+"]", 1)+`}`)
			_, b = asked(t, `{"stream":true,`+strings.Replace(c.b, "}]", "}"+more+"]", 1)+`}`)
		}
		if got := same(a, b); got != c.same || len(a.hashes) == 0 {
			t.Errorf("%s and %s: same %v, want %v (%d blocks): %s", c.a, c.b, got, c.same, len(a.hashes), c.why)
		}
	}
}

// FuzzParseRequest checks that no body makes the parser panic, and that it accepts every object of
// encoding/json whose types it does not refuse.
func FuzzParseRequest(f *testing.F) {
	for _, s := range []string{
		`{"stream":true,"messages":[{"role":"user","content":"a\\\"b"}]}`,
		`{"a":[1,-2.5e3,true,null,{"b":[]}],"c":{}}`, `{"stream":true,"prompt":["x",""]}`, `{"input":[{"type":"x"}]}`, `[`,
		`{"a"`, `{"a":"\`, ``,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if r, err := parseRequest(body); err == nil {
			_, _ = r.prompt(small()) // only that it returns
		}
		w := &walker{text: body}
		w.raw()
		if err := w.end(); err != nil && json.Valid(body) && !strings.Contains(err.Error(), "nesting") {
			t.Errorf("%q: %v", body, err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	message := `{"role":"user","content":"` + strings.Repeat(`the file and then we read nil , err }\n`, 80) + `"},`
	body := []byte(`{"model":"m","stream":true,"messages":[` + strings.TrimSuffix(strings.Repeat(message, 300),
		",") + `]}`) // 940 kB
	p := together()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := parseRequest(body)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := r.prompt(p); err != nil {
			b.Fatal(err)
		}
	}
}
