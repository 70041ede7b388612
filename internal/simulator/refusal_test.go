package simulator_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/firsttoken/firsttoken/internal/simulator"
)

// openAIRefusal is the body of an error in OpenAI's shape; code is raw JSON.
func openAIRefusal(message, kind, code string) string {
	return fmt.Sprintf(`{"error":{"message":%q,"type":"%s","param":null,"code":%s}}`, message, kind, code)
}

// anthropicRefusal is the body of an error in Anthropic's shape.
func anthropicRefusal(message, kind string) string {
	return fmt.Sprintf(`{"type":"error","error":{"type":"%s","message":%q},"request_id":"%s"}`, kind, message, requestID)
}

func TestRefusals(t *testing.T) {
	const chat, messages = "/v1/chat/completions", "/v1/messages"
	const good = `{"model":"m","stream":true,"messages":[{"role":"user","content":"x"}]}`
	const wrong = "invalid_request_error"
	nested := strings.Repeat("[", 900)
	for _, c := range []struct {
		path, body, key, incidents string
		status                     int
		retry, want                string
	}{
		{
			path: chat, body: good, key: "wrong", status: 401,
			want: openAIRefusal("Incorrect API key provided", wrong, `"invalid_api_key"`),
		},
		{
			path: messages, body: good, key: "wrong", status: 401,
			want: anthropicRefusal("Incorrect API key provided", "authentication_error"),
		},
		{
			path: chat, body: strings.Replace(good, `"m"`, `"n"`, 1), status: 404,
			want: openAIRefusal(`The model "n" does not exist`, wrong, `"model_not_found"`),
		},
		{
			path: chat, body: strings.Replace(good, `true`, `false`, 1), status: 400,
			want: openAIRefusal(`this server only streams: set "stream": true`, wrong, "400"),
		},
		{
			path: chat, body: good[:13], status: 400,
			want: openAIRefusal("invalid JSON at byte 13: want a string", wrong, "400"),
		},
		{
			path: chat, body: `{"stream":true}`, status: 400,
			want: openAIRefusal("the prompt is missing", wrong, "400"),
		},
		{
			path: chat, body: `{"stream":true,"messages":[7]}`, status: 400,
			want: openAIRefusal("invalid JSON at byte 1: want an object", wrong, "400"),
		},
		{
			path: chat, body: `{"x":"` + strings.Repeat("x", 2000) + `"}`, status: 413,
			want: openAIRefusal("Request body is too large", wrong, "413"),
		},
		{
			path: chat, body: nested, status: 400,
			want: openAIRefusal("invalid JSON at byte 0: want an object", wrong, "400"),
		},
		{
			path: chat, body: `{"a":` + nested, status: 400,
			want: openAIRefusal("invalid JSON at byte 260: want less nesting", wrong, "400"),
		},
		{
			path: chat, body: good, incidents: "- {kind: errors, ratio: 1, status: 429, retry_after: 1500ms}",
			status: 429, retry: "2",
			want: openAIRefusal("Rate limit reached, please slow down", "rate_limit_error", "429"),
		},
		{
			path: messages, body: good, incidents: "- {kind: errors, ratio: 1, status: 529}", status: 529, retry: "1",
			want: anthropicRefusal("Overloaded", "overloaded_error"),
		},
		{
			path: messages, body: good, incidents: "- {kind: errors, ratio: 1, status: 500}", status: 500,
			want: anthropicRefusal("Internal server error", "api_error"),
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := simulator.NewServer(simulator.Options{APIKey: "right", MaxBody: 1000},
				simulator.Model{Name: "m", Engine: engine(t, c.incidents)})
			key := c.key
			if key == "" {
				key = "right"
			}
			w := post(t, s, c.path, c.body, "Authorization", "Bearer "+key)
			if w.Code != c.status || w.Body.String() != c.want || w.Header().Get("Retry-After") != c.retry {
				t.Errorf("%s %.40s: %d, Retry-After %q, %s\nwant %d, %q, %s", c.path, c.body,
					w.Code, w.Header().Get("Retry-After"), w.Body, c.status, c.retry, c.want)
			}
		})
	}
}

func TestAnthropicKeyHeader(t *testing.T) {
	s := simulator.NewServer(simulator.Options{APIKey: "right"}, simulator.Model{Name: "m", Engine: engine(t, "")})
	body := `{"stream":true,"max_tokens":1,"messages":[{"role":"user","content":"x"}]}`
	w := post(t, s, "/v1/messages", body, "X-Api-Key", "right")
	if w.Code != 200 || w.Header().Get("Request-Id") != requestID {
		t.Errorf("%d, headers %v", w.Code, w.Header())
	}
}
