package preset

import "strings"

// remedy is a refusal whose cure is known.
type remedy struct {
	signs []string // all of them stand in the server's message, in any case
	cure  string   // what to change
}

// Remedy is what to change so that a server takes the request that it refused with the given message; empty for a
// message that is not known. The messages are those of the servers' sources and issue trackers in 2026.
func Remedy(message string) string {
	text := strings.ToLower(message)
	for _, r := range remedies() {
		if r.fits(text) {
			return r.cure
		}
	}
	return ""
}

func (r remedy) fits(text string) bool {
	for _, sign := range r.signs {
		if !strings.Contains(text, sign) {
			return false
		}
	}
	return true
}

// Several refusals have one cure.
const (
	withoutTools  = "set `tools: false`"
	newLengthName = "set `extra_body: {max_tokens: null, max_completion_tokens: \"${max_tokens}\"}`"
	smallerWindow = "set `workload: {window: …}` to the tokens that the server takes"
)

// remedies lists special cases before general ones: the first match is used.
func remedies() []remedy {
	return []remedy{
		{
			[]string{"enable-auto-tool-choice"},
			withoutTools + ", or start vLLM with --enable-auto-tool-choice and --tool-call-parser",
		},
		{[]string{"tool-call-parser"}, withoutTools + ", or start the server with --tool-call-parser"},
		{[]string{"--jinja"}, withoutTools + ", or start llama.cpp's server with --jinja"},
		{[]string{"does not support tools"}, withoutTools},
		{
			[]string{"function tools", "reasoning_effort"},
			"set `api: openai_responses`, or `extra_body: {reasoning_effort: none}`",
		},
		{[]string{"max_completion_tokens", "max_tokens", "not supported"}, newLengthName},
		{
			[]string{"max_completion_tokens", "extra_forbidden"},
			"send max_tokens: remove max_completion_tokens from `extra_body`",
		},
		{[]string{"stream_options"}, "set `extra_body: {stream_options: null}`; the server then may tell no usage"},
		{[]string{"min_tokens"}, "remove min_tokens from `extra_body`, or set `extra_body: {min_tokens: null}`"},
		{[]string{"ignore_eos"}, "remove ignore_eos from `extra_body`, or set `extra_body: {ignore_eos: null}`"},
		{[]string{"temperature"}, "send no temperature: remove it from `extra_body`"},
		{[]string{"thinking", "not supported"}, "send no `thinking` in `extra_body`: this model decides itself"},
		{[]string{"deploymentnotfound"}, "set `model` to the name of the Azure deployment"},
		{[]string{"drop_params"}, "LiteLLM drops what a model does not know with `litellm_settings: {drop_params: true}`"},
		{[]string{"context length"}, smallerWindow},
		{[]string{"context window"}, smallerWindow},
		{[]string{"context size"}, smallerWindow},
		{[]string{"prompt is too long"}, smallerWindow},
		{[]string{"token limit"}, smallerWindow},
	}
}
