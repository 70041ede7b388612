package chat

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// hand is a stream written after a server's source or its vendor's documents.
type hand struct {
	file string
	api  API
	want summary
	err  string // part of the error
}

// handwritten are all of them: those of the engines below, and the quirks of vendors.
func handwritten() []hand {
	return slices.Concat(engineStreams(), openAIStreams(), vendorStreams(), responsesStreams(), anthropicStreams(),
		oddStreams())
}

func engineStreams() []hand {
	const qwen, gpt, fp = "Qwen3", "gpt-4o-mini", "fp_44709d6fcb"
	return []hand{
		// both reasoning fields are one piece; finish with the last token
		{"vllm-reasoning", OpenAIChat, summary{OK, 1, 3, 5, 5, 100, -1, 5, 2, "stop", qwen, "vllm-0.19"}, ""},
		// [DONE] after an error is no success
		{"vllm-error-then-done", OpenAIChat, summary{Broken, 1, 1, 1, 1, -1, -1, -1, -1, "", qwen, ""}, "EngineCore died"},
		// running usage in every chunk
		{"vllm-continuous-usage", OpenAIChat, summary{OK, 1, 1, 2, 2, 9, -1, 3, -1, "stop", qwen, ""}, ""},
		// top-level reasoning_tokens
		{"sglang", OpenAIChat, summary{OK, 1, 2, 2, 2, 50, 32, 7, 4, "stop", qwen, ""}, ""},
		// {"object":"error",…,"code":503}
		{
			"sglang-error", OpenAIChat, summary{Throttled, -1, -1, -1, 0, -1, -1, -1, -1, "", qwen, ""}, "request queue is full",
		},
		// an empty text between tokens is a token
		{"trtllm", OpenAIChat, summary{OK, 1, 1, 4, 4, 40, 0, 4, -1, "length", qwen, ""}, ""},
		// an empty text before the first token is none, with a role or without
		{"blank-first", OpenAIChat, summary{OK, 2, 2, 2, 1, -1, -1, -1, -1, "stop", "m", ""}, ""},
		// annotations are not read, malformed or not
		{"dynamo", OpenAIChat, summary{OK, 3, 3, 5, 2, 8, 4, 2, -1, "stop", qwen, ""}, ""},
		// bare error object
		{
			"dynamo-overload", OpenAIChat, summary{Throttled, -1, -1, -1, 0, -1, -1, -1, -1, "", "", ""}, "all workers are busy",
		},
		// text beside delta is one piece
		{"together", OpenAIChat, summary{OK, 1, 1, 3, 3, 20, -1, 4, -1, "stop", "moonshotai/Kimi", ""}, ""},
		// error_type tells
		{"together-limit", OpenAIChat, summary{Throttled, -1, -1, -1, 0, -1, -1, -1, -1, "", "", ""}, "Request was rejected"},
		// a tool's name is generated
		{"openai-tools", OpenAIChat, summary{OK, 0, 0, 2, 3, 2006, 1920, 300, 256, "tool_calls", gpt, fp}, ""},
		// a token, but no output
		{"openai-refusal", OpenAIChat, summary{OK, 1, -1, 2, 2, 2006, 1920, 300, 256, "stop", gpt, fp}, ""},
		// "error":null is none
		{"openai-error-null", OpenAIChat, summary{OK, 1, 1, 1, 1, 2006, 1920, 300, 256, "stop", gpt, fp}, ""},
		// {"error":"…"}
		{"openai-error-string", OpenAIChat, summary{Broken, 0, 0, 0, 1, -1, -1, -1, -1, "", gpt, fp}, "upstream gone"},
		// comments are no events; each has a read here
		{"openrouter-crlf", OpenAIChat, summary{OK, 4, 4, 6, 2, 2006, 1920, 300, 256, "stop", gpt, fp}, ""},
		// finish_reason error
		{"openrouter-error", OpenAIChat, summary{Broken, 1, 1, 1, 1, -1, -1, -1, -1, "", gpt, fp}, "Provider disconnected"},
		// BOM, no space, two data lines, no last blank line
		{"legal-oddities", OpenAIChat, summary{OK, 1, 1, 2, 2, -1, -1, -1, -1, "stop", gpt, fp}, ""},
		{"done-without-finish", OpenAIChat, summary{Truncated, 0, 0, 0, 1, -1, -1, -1, -1, "", gpt, fp}, "finish_reason"},
		{
			"finish-without-done", OpenAIChat,
			summary{Truncated, 0, 0, 0, 1, -1, -1, -1, -1, "stop", gpt, fp},
			"without its finish marker",
		},
		{"malformed", OpenAIChat, summary{Broken, 0, 0, 0, 1, -1, -1, -1, -1, "", gpt, fp}, "malformed JSON"},
		// choices is no list
		{"wrong-shape", OpenAIChat, summary{Broken, 0, 0, 0, 1, -1, -1, -1, -1, "", gpt, fp}, "malformed JSON"},
		// text, block start and two pieces of input
		{
			"anthropic-thinking-tool", AnthropicMessages,
			summary{OK, 3, 8, 13, 5, 100012, 98000, 89, 7, "tool_use", "claude-opus-5-5", ""},
			"",
		},
		// block start and a piece of input
		{
			"anthropic-tool-only", AnthropicMessages,
			summary{OK, 1, 1, 3, 2, 100012, 98000, 20, -1, "tool_use", "claude-opus-5-5", ""},
			"",
		},
		{
			"anthropic-overloaded", AnthropicMessages,
			summary{Throttled, 2, 2, 2, 1, 100012, 98000, -1, -1, "", "claude-opus-5-5", ""},
			"overloaded_error: Overloaded",
		},
		{
			"anthropic-api-error", AnthropicMessages,
			summary{Broken, -1, -1, -1, 0, 100012, 98000, -1, -1, "", "claude-opus-5-5", ""},
			"api_error: Internal server error",
		},
		// as ollama does
		{
			"anthropic-aborted", AnthropicMessages,
			summary{Truncated, 2, 2, 3, 2, 100012, 98000, -1, -1, "", "claude-opus-5-5", ""},
			"without its finish marker",
		},
		// the added item has the call's name
		{"responses-reasoning-tool", OpenAIResponses, summary{OK, 3, 5, 7, 4, 37, 32, 11, 4, "completed", "gpt-5.5", ""}, ""},
		{
			"responses-incomplete", OpenAIResponses,
			summary{OK, 2, 2, 2, 1, 37, 32, 11, 4, "max_output_tokens", "gpt-5.5", ""},
			"",
		},
		{"responses-refusal", OpenAIResponses, summary{OK, 1, -1, 1, 1, 37, 32, 11, 4, "completed", "gpt-5.5", ""}, ""},
		{
			"responses-failed", OpenAIResponses,
			summary{Broken, 1, 1, 1, 1, -1, -1, -1, -1, "", "gpt-5.5", ""},
			"server_error: The model failed",
		},
		{
			"responses-limited", OpenAIResponses,
			summary{Throttled, -1, -1, -1, 0, -1, -1, -1, -1, "", "gpt-5.5", ""},
			"Slow down",
		},
		{"responses-error", OpenAIResponses, summary{Broken, -1, -1, -1, 0, -1, -1, -1, -1, "", "gpt-5.5", ""}, "Boom"},
	}
}

func TestHandwritten(t *testing.T) {
	for _, h := range handwritten() {
		data := handFile(t, h.file)
		cuts := oneEvent([]byte(strings.ReplaceAll(string(data), "\r\n", "\n\n")))
		if strings.Contains(h.file, "crlf") {
			cuts = oneEventCRLF(string(data))
		}
		x := replay(h.api, &script{data: data, cuts: cuts}, way{})
		if got := summarise(x); got != h.want {
			t.Errorf("%s:\n got  %+v\n want %+v (%v)", h.file, got, h.want, x.Err)
		}
		if (x.Err == nil) != (h.err == "") || x.Err != nil && !strings.Contains(x.Err.Error(), h.err) {
			t.Errorf("%s: error %v, want %q", h.file, x.Err, h.err)
		}
	}
}

func oneEventCRLF(data string) func(int) int {
	return func(from int) int {
		if i := strings.Index(data[from:], "\r\n\r\n"); i >= 0 {
			return i + 4
		}
		return len(data) - from
	}
}

func TestAllHandwrittenAreUsed(t *testing.T) {
	files, err := filepath.Glob("testdata/hand/*.sse")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != len(handwritten()) {
		t.Errorf("%d files, %d streams", len(files), len(handwritten()))
	}
}

// Anthropic counts the parts of a prompt apart, and its verbatim usage is both of its objects.
func TestAnthropicUsageVerbatim(t *testing.T) {
	data := handFile(t, "anthropic-tool-only")
	u := replay(AnthropicMessages, &script{data: data}, way{}).Usage
	if count(u.CacheWrite) != 2000 {
		t.Errorf("cache write %d", count(u.CacheWrite))
	}
	const want = `{"message_start":{"input_tokens":12,"cache_creation_input_tokens":2000,` +
		`"cache_read_input_tokens":98000,` +
		`"cache_creation":{"ephemeral_5m_input_tokens":2000,"ephemeral_1h_input_tokens":0},"output_tokens":1,` +
		`"service_tier":"standard"},` +
		`"message_delta":{"output_tokens":20}}`
	if string(u.Verbatim) != want {
		t.Errorf("verbatim %s", u.Verbatim)
	}
}
