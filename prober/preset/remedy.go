package preset

import (
	"maps"
	"reflect"
	"strings"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// Cure is what to change so that a server takes what it refused.
type Cure struct {
	Text   string // for people, with the keys of the configuration
	change func(*chat.Endpoint)
}

// remedy is a refusal whose cure is known.
type remedy struct {
	signs []string // all of them stand in the server's message, in any case
	cure  string   // what to change
	// change makes the change; nil where it takes a person, or more than the endpoint's own keys.
	change func(*chat.Endpoint)
}

// Remedy is what to change so that a server takes the request that it refused with the given message; empty for a
// message that is not known. The messages are those of the servers' sources and issue trackers in 2026.
func Remedy(message string) string {
	cure, _ := CureOf(message)
	return cure.Text
}

// CureOf is the cure of a refusal with the given message; false for a message that is not known.
func CureOf(message string) (Cure, bool) {
	text := strings.ToLower(message)
	for _, r := range remedies() {
		if r.fits(text) {
			return Cure{r.cure, r.change}, true
		}
	}
	return Cure{}, false
}

// Apply makes the change in a copy of the endpoint. It is false where the cure changes nothing there, or takes a
// person.
func (c Cure) Apply(e chat.Endpoint) (mended chat.Endpoint, changed bool) {
	if c.change == nil {
		return e, false
	}
	mended = e
	mended.ExtraBody = maps.Clone(e.ExtraBody)
	c.change(&mended)
	return mended, !reflect.DeepEqual(mended, e)
}

func (r remedy) fits(text string) bool {
	for _, sign := range r.signs {
		if !strings.Contains(text, sign) {
			return false
		}
	}
	return true
}

// fields sets fields of the request; nil takes one away.
func fields(values map[string]any) func(*chat.Endpoint) {
	return func(e *chat.Endpoint) {
		if e.ExtraBody == nil {
			e.ExtraBody = map[string]any{}
		}
		maps.Copy(e.ExtraBody, values)
	}
}

func noTools(e *chat.Endpoint) { e.Tools = false }

func responses(e *chat.Endpoint) { e.API = chat.OpenAIResponses }

// Several refusals have one cure.
const (
	withoutTools  = "set `tools: false`"
	newLengthName = "set `extra_body: {max_tokens: null, max_completion_tokens: \"${max_tokens}\"}`"
	smallerWindow = "set `workload: {window: …}` to the tokens that the server takes"
)

// remedies lists special cases before general ones: the first match is used.
func remedies() []remedy {
	return append(toolRemedies(), append(fieldRemedies(), otherRemedies()...)...)
}

func toolRemedies() []remedy {
	return []remedy{
		{
			[]string{"enable-auto-tool-choice"},
			withoutTools + ", or start vLLM with --enable-auto-tool-choice and --tool-call-parser", noTools,
		},
		{[]string{"tool-call-parser"}, withoutTools + ", or start the server with --tool-call-parser", noTools},
		{[]string{"--jinja"}, withoutTools + ", or start llama.cpp's server with --jinja", noTools},
		{[]string{"does not support tools"}, withoutTools, noTools},
		{
			[]string{"function tools", "reasoning_effort"},
			"set `api: openai_responses`, or `extra_body: {reasoning_effort: none}`", responses,
		},
	}
}

func fieldRemedies() []remedy {
	without := func(name string) func(*chat.Endpoint) { return fields(map[string]any{name: nil}) }
	return []remedy{
		{[]string{"max_completion_tokens", "max_tokens", "not supported"}, newLengthName, fields(completionTokens())},
		{
			[]string{"max_completion_tokens", "extra_forbidden"},
			"send max_tokens: remove max_completion_tokens from `extra_body`",
			fields(map[string]any{"max_tokens": wanted, "max_completion_tokens": nil}),
		},
		{
			[]string{"stream_options"},
			"set `extra_body: {stream_options: null}`; the server then may tell no usage",
			without("stream_options"),
		},
		{
			[]string{"min_tokens"},
			"remove min_tokens from `extra_body`, or set `extra_body: {min_tokens: null}`",
			without("min_tokens"),
		},
		{
			[]string{"ignore_eos"},
			"remove ignore_eos from `extra_body`, or set `extra_body: {ignore_eos: null}`",
			without("ignore_eos"),
		},
		{
			[]string{"service_tier"},
			"remove service_tier from `extra_body`, or set `extra_body: {service_tier: null}`",
			without("service_tier"),
		},
		{[]string{"temperature"}, "send no temperature: remove it from `extra_body`", without("temperature")},
		{
			[]string{"does not support thinking"},
			"remove reasoning_effort from `extra_body`, or set it to null",
			without("reasoning_effort"),
		},
		{
			[]string{"thinking", "not supported"},
			"send no `thinking` in `extra_body`: this model decides itself",
			without("thinking"),
		},
	}
}

// otherRemedies take a person: a name, a server's own configuration, the sizes of the workload.
func otherRemedies() []remedy {
	return []remedy{
		{[]string{"deploymentnotfound"}, "set `model` to the name of the Azure deployment", nil},
		{
			[]string{"drop_params"},
			"LiteLLM drops what a model does not know with `litellm_settings: {drop_params: true}`", nil,
		},
		{[]string{"context length"}, smallerWindow, nil},
		{[]string{"context window"}, smallerWindow, nil},
		{[]string{"context size"}, smallerWindow, nil},
		{[]string{"prompt is too long"}, smallerWindow, nil},
		{[]string{"token limit"}, smallerWindow, nil},
	}
}
