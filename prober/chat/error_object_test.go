package chat

import (
	"testing"

	"github.com/firsttoken/firsttoken/internal/sse"
)

// What servers send for errors inside a 200, in every shape that is known.
func TestErrorObjects(t *testing.T) {
	tests := []struct {
		api     API
		event   string
		outcome Outcome // "" for no error
		text    string
	}{
		{
			OpenAIChat, `data: {"error":{"message":"m","type":"t","param":null,"code":null}}`, Broken,
			"server reports an error: t: m",
		},
		{OpenAIChat, `data: {"error":{"message":"m","code":429}}`, Throttled, "server reports an error: 429: m"},
		{
			OpenAIChat, `data: {"error":{"message":"m","code":"rate_limit_exceeded"}}`, Throttled,
			"server reports an error: rate_limit_exceeded: m",
		},
		{
			OpenAIChat, `data: {"error":{"message":"m","type":"RateLimitError","code":500}}`, Throttled,
			"server reports an error: RateLimitError: m",
		},
		// a message proves nothing
		{OpenAIChat, `data: {"error":{"message":"rate limit"}}`, Broken, "server reports an error: rate limit"},
		{OpenAIChat, `data: {"error":"m"}`, Broken, "server reports an error: m"},
		{OpenAIChat, `data: {"error":{}}`, Broken, "server reports an error"},
		{OpenAIChat, `data: {"object":"error","message":"m"}`, Broken, "server reports an error: m"},
		{OpenAIChat, `data: {"message":"m","code":500}`, Broken, "server reports an error: 500: m"},
		{
			OpenAIChat, `data: {"message":"m","type":"t","code":503,"details":null}`, Throttled, "server reports an error: t: m",
		},
		{
			OpenAIChat, `data: {"type":"error","error":{"type":"overloaded_error","message":"m"}}`, Throttled,
			"server reports an error: overloaded_error: m",
		},
		{OpenAIChat, "event: error\ndata: {\"whatever\":1}", Broken, "server reports an error"},
		{OpenAIChat, "event: error\ndata: dead", Broken, "malformed JSON in an event"},
		{OpenAIChat, `data: {"error":null,"choices":[]}`, "", ""},
		{OpenAIChat, `data: {"message":"m"}`, "", ""},                                // says nothing of an error
		{OpenAIChat, "event: metrics\ndata: {\"message\":\"m\",\"code\":1}", "", ""}, // an annotation
		{OpenAICompletions, `data: {"choices":[{"text":"x"}],"error":{"message":"m"}}`, Broken, "server reports an error: m"},
		{
			AnthropicMessages,
			"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"m\"}}", Throttled,
			"server reports an error: rate_limit_error: m",
		},
		{
			AnthropicMessages, `data: {"type":"error","error":{"type":"api_error","message":"m"}}`, Broken,
			"server reports an error: api_error: m",
		},
		// OpenAI's shape on Anthropic's route
		{
			AnthropicMessages, `data: {"error":{"message":"m","type":"RateLimitError","param":null,"code":429}}`, Throttled,
			"server reports an error: RateLimitError: m",
		},
		{AnthropicMessages, `data: {"type":"novelty","x":1}`, "", ""},
		{
			OpenAIResponses, `data: {"type":"error","code":"server_error","message":"m","param":null}`, Broken,
			"server reports an error: server_error: m",
		},
		{
			OpenAIResponses,
			`data: {"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded","message":"m"}}}`, Throttled,
			"server reports an error: rate_limit_exceeded: m",
		},
		{OpenAIResponses, `data: {"type":"response.failed"}`, Broken, "response failed"},
		{
			OpenAIResponses, `data: {"type":"response.completed","response":{"error":{"code":"x","message":"m"}}}`, Broken,
			"server reports an error: x: m",
		},
		{OpenAIResponses, `data: {"type":"response.novelty"}`, "", ""},
	}
	for _, tt := range tests {
		s := sse.NewScanner()
		buf, err := s.Buffer(4096)
		if err != nil {
			t.Fatal(err)
		}
		s.Filled(copy(buf, tt.event+"\n\n"))
		ev, ok, err := s.Next()
		if !ok || err != nil {
			t.Fatal(tt.event, ok, err)
		}
		_, f := rowOf(tt.api).decoder().event(ev)
		var outcome Outcome
		text := ""
		if f != nil {
			outcome, text = f.outcome(), f.text
		}
		if outcome != tt.outcome || text != tt.text {
			t.Errorf("%s %s: %s %q, want %s %q", tt.api, tt.event, outcome, text, tt.outcome, tt.text)
		}
	}
}
