package chat

import (
	"encoding/json"
	"testing"
)

func TestUsage(t *testing.T) {
	tests := []struct {
		raw                             string
		in, cached, write, out, thought int64
	}{
		{`{"prompt_tokens":10,"completion_tokens":2}`, 10, -1, -1, 2, -1}, // absent details are unknown
		{
			`{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":null,"completion_tokens_details":null}`, 10, -1,
			-1, 2, -1,
		},
		// 0 is a report
		{
			`{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":3}}`, 10,
			0, 3, 2, -1,
		},
		// xAI counts reasoning beside the completion, Gemini in the total alone, OpenAI in the completion
		{
			`{"prompt_tokens":10,"completion_tokens":2,"total_tokens":17,"completion_tokens_details":{"reasoning_tokens":5}}`,
			10, -1, -1, 7, 5,
		},
		{`{"prompt_tokens":10,"completion_tokens":2,"total_tokens":17}`, 10, -1, -1, 7, 5},
		{
			`{"prompt_tokens":10,"completion_tokens":7,"total_tokens":17,"completion_tokens_details":{"reasoning_tokens":5}}`,
			10, -1, -1, 7, 5,
		},
		// SGLang
		{`{"prompt_tokens":10,"completion_tokens":2,"reasoning_tokens":1}`, 10, -1, -1, 2, 1},
		{`{"prompt_tokens":null,"completion_tokens":-1}`, -1, -1, -1, -1, -1},
		{`{"prompt_tokens":1.5,"completion_tokens":"2"}`, -1, -1, -1, -1, -1},
		{
			`{"input_tokens":37,"input_tokens_details":{"cached_tokens":32},"output_tokens":11,` +
				`"output_tokens_details":{"reasoning_tokens":4}}`,
			37, 32, -1, 11, 4,
		},
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
