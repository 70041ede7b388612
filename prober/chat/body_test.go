package chat

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/firsttoken/firsttoken/internal/golden"
)

var update = flag.Bool("update", false, "write golden files")

// talk is a Conversation that is simply there.
type talk struct {
	tools    []Tool
	messages []Message
}

func (t *talk) Tools() []Tool         { return t.tools }
func (t *talk) Len() int              { return len(t.messages) }
func (t *talk) Message(i int) Message { return t.messages[i] }

func said(parts ...string) (t Text) {
	for i, p := range parts {
		t[i] = []byte(p)
	}
	return t
}

// smallTalk has one of everything: two parts, a call with and one without text, two results in a
// row of which a human follows the second, escapes.
func smallTalk() *talk {
	read := Call{ID: 1, Name: "read_file", Argument: "path", Value: said("src/", "main.go")}
	run := Call{ID: 12, Name: "run", Argument: "command", Value: said("go test")}
	return &talk{
		tools: []Tool{
			{
				Name: "read_file", Description: "Reads a \"file\".\nAll of it.",
				Parameters: json.RawMessage(`{"type":"object","properties":{"path":{"type":"string"}}}`),
			},
			{Name: "run", Description: "Runs a command"},
		},
		messages: []Message{
			{Role: System, Text: said(`You are an agent.\n`, `Be brief.`), Cache: true},
			{Role: User, Text: said(`Fix the \"bug\".`)},
			{Role: Assistant, Text: said(`I look.`), Call: read},
			{Role: ToolResult, Text: said(`package main`), Call: read},
			{Role: Assistant, Call: run},
			{Role: ToolResult, Text: said(`ok`), Call: run, Cache: true},
			{Role: User, Text: said(`And now?`), Cache: true},
		},
	}
}

func testEndpoint(a API) Endpoint {
	e := DefaultEndpoint()
	e.URL, e.API, e.Model = "http://127.0.0.1:1/v1", a, "tiny"
	return e
}

func bodyOf(t testing.TB, e Endpoint, r *Request) []byte {
	t.Helper()
	enc, err := NewEncoder(e)
	if err != nil {
		t.Fatal(err)
	}
	b := enc.Body(r)
	got, err := io.ReadAll(b)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(got)) != b.Len() {
		t.Errorf("announced %d bytes, sent %d", b.Len(), len(got))
	}
	if !json.Valid(got) {
		t.Errorf("invalid JSON: %s", got)
	}
	return got
}

func TestBodyGolden(t *testing.T) {
	for _, a := range APIs() {
		t.Run(string(a), func(t *testing.T) {
			got := bodyOf(t, testEndpoint(a), &Request{Conversation: smallTalk(), MaxTokens: 450})
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, got, "", "  "); err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, filepath.Join("testdata", "bodies", string(a)+".json"), pretty.String(), *update)
		})
	}
}

// Servers' prefix caches see tokens, routers see bytes: both need a turn to begin as the last did.
func TestBodyPrefixIsStable(t *testing.T) {
	for _, a := range APIs() {
		e := testEndpoint(a)
		e.ExtraBody = map[string]any{"min_tokens": placeholder, "zeta": 1}
		grown := smallTalk()
		earlier := bodyOf(t, e, &Request{Conversation: &talk{grown.tools, grown.messages[:4]}, MaxTokens: 293})
		later := bodyOf(t, e, &Request{Conversation: grown, MaxTokens: 2230})
		end := bytes.Index(earlier, []byte(`package main`)) + len(`package main`)
		if end < 100 || !bytes.HasPrefix(later, earlier[:end]) {
			t.Errorf("%s: bodies part before the end of the common messages:\n%s\n%s", a, earlier, later)
		}
	}
}

func TestExtraBody(t *testing.T) {
	tests := []struct {
		extra map[string]any
		want  map[string]string // JSON of fields; "" is absent
	}{
		// length pinned as vLLM wants it
		{
			map[string]any{"ignore_eos": true, "min_tokens": "${max_tokens}"},
			map[string]string{"ignore_eos": "true", "min_tokens": "450", "max_tokens": "450"},
		},
		// OpenAI's newer name
		{
			map[string]any{"max_tokens": nil, "max_completion_tokens": "${max_tokens}"},
			map[string]string{"max_tokens": "", "max_completion_tokens": "450"},
		},
		// Together's documents know none
		{map[string]any{"stream_options": nil}, map[string]string{"stream_options": ""}},
		// the user's wins
		{map[string]any{"max_tokens": 7}, map[string]string{"max_tokens": "7"}},
		// at any depth
		{
			map[string]any{"nvext": map[string]any{"agent_hints": map[string]any{
				"osl": "${max_tokens}", "l": []any{1, "${max_tokens}", "x"},
			}}},
			map[string]string{"nvext": `{"agent_hints":{"l":[1,450,"x"],"osl":450}}`},
		},
		// a part of a string is text
		{
			map[string]any{"a": `say "${max_tokens}`, "b": "${max_tokens} "},
			map[string]string{"a": `"say \"${max_tokens}"`, "b": `"${max_tokens} "`},
		},
		// an engine without tool support
		{map[string]any{"tools": nil}, map[string]string{"tools": ""}},
	}
	for _, tt := range tests {
		e := testEndpoint(OpenAIChat)
		e.ExtraBody = tt.extra
		var got map[string]json.RawMessage
		if err := json.Unmarshal(bodyOf(t, e, &Request{Conversation: smallTalk(), MaxTokens: 450}), &got); err != nil {
			t.Fatal(err)
		}
		for key, want := range tt.want {
			if string(got[key]) != want {
				t.Errorf("%v: %s = %s, want %s", tt.extra, key, got[key], want)
			}
		}
	}
}

func TestBodyReadsOfAnySize(t *testing.T) {
	for _, a := range APIs() {
		r := &Request{Conversation: smallTalk(), MaxTokens: 450}
		whole := bodyOf(t, testEndpoint(a), r)
		enc, err := NewEncoder(testEndpoint(a))
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(enc.Body(r), whole); err != nil {
			t.Error(a, err)
		}
		if got, err := io.ReadAll(iotest.OneByteReader(enc.Body(r))); err != nil || !bytes.Equal(got, whole) {
			t.Errorf("%s: byte by byte differs: %v", a, err)
		}
	}
}

func TestClosedBodyLeavesTheConversationAlone(t *testing.T) {
	enc, err := NewEncoder(testEndpoint(OpenAIChat))
	if err != nil {
		t.Fatal(err)
	}
	conversation := smallTalk()
	b := enc.Body(&Request{Conversation: conversation, MaxTokens: 1})
	if _, err := b.Read(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	conversation.messages = nil // a read would now fail loudly
	if n, err := b.Read(make([]byte, 1000)); n != 0 || err == nil {
		t.Errorf("read %d bytes after Close, err %v", n, err)
	}
	if b.sent() != 100 {
		t.Errorf("sent = %d, want 100", b.sent())
	}
}

// longTalk is a turn of about 200,000 tokens in 300 messages, 1 MB.
func longTalk() *talk {
	block := []byte(strings.Repeat("lorem ipsum ", 280))
	tools := make([]Tool, 12)
	for i := range tools {
		tools[i] = Tool{
			Name: fmt.Sprint("tool_", i), Description: strings.Repeat("Does a \"thing\".\n", 60),
			Parameters: json.RawMessage(`{"type":"object","properties":{"path":{"type":"string"}}}`),
		}
	}
	t := &talk{tools: tools, messages: []Message{{Role: System, Text: Text{block, block, block, block}, Cache: true}}}
	for i := uint32(1); i <= 100; i++ {
		c := Call{ID: i, Name: "tool_1", Argument: "path", Value: said("src/main.go")}
		t.messages = append(t.messages,
			Message{Role: User, Text: Text{block}},
			Message{Role: Assistant, Text: Text{block}, Call: c},
			Message{Role: ToolResult, Text: Text{block}, Call: c, Cache: i > 98})
	}
	return t
}

func TestLongBodyAllocates(t *testing.T) {
	conversation := longTalk()
	p := make([]byte, 32<<10)
	for _, a := range APIs() {
		enc, err := NewEncoder(testEndpoint(a))
		if err != nil {
			t.Fatal(err)
		}
		send := func() {
			b := enc.Body(&Request{Conversation: conversation, MaxTokens: 450})
			for {
				if _, err := b.Read(p); err != nil {
					return
				}
			}
		}
		send()
		const runs = 10
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			send()
		}
		runtime.ReadMemStats(&after)
		if got := (after.TotalAlloc - before.TotalAlloc) / runs; got > 16<<10 {
			t.Errorf("%s: a body allocates %d bytes, want less than 16 KiB", a, got)
		}
	}
}

func BenchmarkBody(b *testing.B) {
	conversation := longTalk()
	p := make([]byte, 32<<10)
	for _, a := range APIs() {
		enc, err := NewEncoder(testEndpoint(a))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(string(a), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				body := enc.Body(&Request{Conversation: conversation, MaxTokens: 450})
				b.SetBytes(body.Len())
				for {
					if _, err := body.Read(p); err != nil {
						break
					}
				}
			}
		})
	}
}
