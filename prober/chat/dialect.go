package chat

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// API names a streaming dialect.
type API string

// The dialects; the table has a row for each.
const (
	OpenAIChat        API = "openai_chat"
	OpenAIResponses   API = "openai_responses"
	OpenAICompletions API = "openai_completions"
	AnthropicMessages API = "anthropic_messages"
)

// dialect is one row of the table: everything by which one way to ask for a stream differs from another.
type dialect struct {
	api       API
	operation string // OpenTelemetry's gen_ai.operation.name
	vendor    string // whose dialect it is, as OpenTelemetry's gen_ai.provider.name has it

	path      func(model string) string            // below Endpoint.URL
	header    http.Header                          // of every request
	authorize func(header http.Header, key string) // adds the key of Endpoint.APIKeyFile

	grammar  grammar  // writes the body
	reserved []string // fields of the body that Endpoint.ExtraBody must not touch

	decoder func() decoder                  // reads the events of one stream
	usage   func(raw json.RawMessage) Usage // reads Usage.Verbatim as decoders leave it; nil is none
}

// dialects is the table, in the order in which documents list it.
func dialects() []dialect {
	return []dialect{
		{
			api: OpenAIChat, operation: "chat", vendor: "openai",
			path: at("chat/completions"), authorize: bearer,
			grammar: chatGrammar(), reserved: []string{"model", "stream", "messages"},
			decoder: func() decoder { return &chatDecoder{} }, usage: openAIUsage,
		},
		{
			api: OpenAIResponses, operation: "chat", vendor: "openai",
			path: at("responses"), authorize: bearer,
			grammar: responsesGrammar(), reserved: []string{"model", "stream", "input"},
			decoder: func() decoder { return &responsesDecoder{} }, usage: openAIUsage,
		},
		{
			api: OpenAICompletions, operation: "text_completion", vendor: "openai", // OpenAI's legacy
			path: at("completions"), authorize: bearer,
			grammar: completionsGrammar(), reserved: []string{"model", "stream", "prompt"},
			decoder: func() decoder { return &chatDecoder{legacy: true} }, usage: openAIUsage,
		},
		{
			api: AnthropicMessages, operation: "chat", vendor: "anthropic",
			path: at("messages"), header: http.Header{"Anthropic-Version": {"2023-06-01"}},
			authorize: func(h http.Header, key string) { h.Set("X-Api-Key", key) },
			grammar:   messagesGrammar(), reserved: []string{"model", "stream", "messages"},
			decoder: func() decoder { return &anthropicDecoder{} }, usage: anthropicUsage,
		},
	}
}

// at is the same path for every model.
func at(path string) func(string) string { return func(string) string { return path } }

func bearer(h http.Header, key string) { h.Set("Authorization", "Bearer "+key) }

// dialectOf is the only way to a row, so an unknown API is an error wherever it turns up.
func dialectOf(a API) (*dialect, error) {
	all := dialects()
	for i := range all {
		if all[i].api == a {
			return &all[i], nil
		}
	}
	return nil, fmt.Errorf("unknown api %q, want one of %s", a, apiNames())
}

// APIs lists the dialects.
func APIs() []API {
	var names []API
	for _, d := range dialects() {
		names = append(names, d.api)
	}
	return names
}

func apiNames() string {
	var names []string
	for _, a := range APIs() {
		names = append(names, string(a))
	}
	return strings.Join(names, ", ")
}

// Operation is OpenTelemetry's name of what a request asks for, gen_ai.operation.name; empty for an unknown
// API.
func (a API) Operation() string {
	if d, err := dialectOf(a); err == nil {
		return d.operation
	}
	return ""
}

// Vendor is the company whose dialect it is, as OpenTelemetry's gen_ai.provider.name has it; empty for an
// unknown API.
func (a API) Vendor() string {
	if d, err := dialectOf(a); err == nil {
		return d.vendor
	}
	return ""
}
