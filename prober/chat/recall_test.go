package chat

import (
	"strings"
	"testing"
)

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
