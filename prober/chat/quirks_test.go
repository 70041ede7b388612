package chat

// openAIStreams are streams of OpenAI, Azure and those that follow them closely.
func openAIStreams() []hand {
	return []hand{
		// a custom tool has a name and an input
		{"openai-custom-tool", OpenAIChat, summary{OK, 1, 1, 3, 3, 4000, 1024, 20, 4, "tool_calls", "m", ""}, ""},
		// a first chunk without choices
		{"azure-filter-first", OpenAIChat, summary{OK, 2, 2, 2, 1, 4000, 1024, 20, 4, "stop", "m", "fp_1"}, ""},
		// the answer ended as the vendor wanted
		{"content-filter", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, 4, "content_filter", "m", ""}, ""},
		// an empty finish reason is none
		{"finish-empty-string", OpenAIChat, summary{OK, 1, 1, 2, 2, 4000, 1024, 20, 4, "stop", "m", ""}, ""},
		// nothing is invented
		{"no-usage", OpenAIChat, summary{OK, 1, 1, 1, 1, -1, -1, -1, -1, "length", "m", ""}, ""},
		{
			"empty-answer", OpenAIChat,
			summary{Empty, -1, -1, -1, 0, 4000, 1024, 0, -1, "stop", "m", ""},
			"finished without a token, finish reason stop",
		},
		// reasoning that is only counted
		{"hidden-reasoning", OpenAIChat, summary{OK, 1, 1, 2, 2, 4000, 0, 300, 250, "stop", "m", ""}, ""},
		{
			"hidden-reasoning-all", OpenAIChat,
			summary{Empty, -1, -1, -1, 0, 4000, 0, 293, 293, "length", "m", ""},
			"all of its output was reasoning",
		},
		// usage in x_groq alone
		{"groq-own-usage", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		// the last report counts
		{"groq-both-usages", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		// event: error
		{
			"groq-error", OpenAIChat,
			summary{Broken, -1, -1, -1, 0, -1, -1, -1, -1, "", "", ""},
			"Failed to generate JSON",
		},
		// thoughts are counted in the total alone
		{"gemini-thoughts-in-total", OpenAIChat, summary{OK, 0, 0, 1, 2, 4000, -1, 270, 250, "stop", "m", ""}, ""},
		// a call, its finish and the usage in one chunk
		{"gemini-tool-whole", OpenAIChat, summary{OK, 0, 0, 0, 1, 4000, -1, 2, -1, "tool_calls", "m", ""}, ""},
		// reasoning is no part of completion_tokens
		{
			"xai-reasoning-beside-completion", OpenAIChat,
			summary{OK, 1, 1, 2, 2, 4000, 1024, 270, 250, "stop", "m", ""},
			"",
		},
	}
}

// vendorStreams are streams of vendors of open models, and of engines.
func vendorStreams() []hand {
	return []hand{
		// counts the cache twice, under two names
		{"deepseek", OpenAIChat, summary{OK, 1, 2, 2, 2, 4000, 1024, 20, 4, "stop", "m", ""}, ""},
		// prompt_cache_hit_tokens alone
		{"deepseek-only-hit", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		{
			"deepseek-no-resource", OpenAIChat,
			summary{Broken, 1, 1, 1, 1, 4000, -1, 20, -1, "insufficient_system_resource", "m", ""},
			"finish reason is insufficient_system_resource",
		},
		// usage.cached_tokens
		{"kimi-cached-on-top", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		// choices[0].usage
		{"kimi-usage-in-choice", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		// usage.cached_tokens with the finish
		{"together-cached", OpenAIChat, summary{OK, 1, 1, 2, 2, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		{"mistral", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, -1, 20, -1, "stop", "m", ""}, ""},
		// a part of thinking is reasoning, an empty part is nothing
		{"mistral-thinking", OpenAIChat, summary{OK, 1, 3, 4, 3, 4000, -1, 20, -1, "stop", "m", ""}, ""},
		// usage:null until the last chunk
		{"fireworks", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
		// an error beside choices
		{
			"openrouter-upstream-502", OpenAIChat,
			summary{Broken, 2, 2, 2, 1, -1, -1, -1, -1, "", "m", ""},
			"Upstream idle timeout",
		},
		// code 429 in a 200
		{
			"openrouter-upstream-429", OpenAIChat,
			summary{Throttled, -1, -1, -1, 0, -1, -1, -1, -1, "", "", ""},
			"Provider returned error",
		},
		// [DONE] and usage follow
		{
			"vllm-abort", OpenAIChat,
			summary{Broken, 1, 1, 1, 1, 4000, 1024, 20, 4, "abort", "m", ""},
			"finish reason is abort",
		},
		{"vllm-tool", OpenAIChat, summary{OK, 1, 1, 3, 3, 4000, -1, 20, -1, "tool_calls", "m", ""}, ""},
		{
			"completions-abort", OpenAICompletions,
			summary{Broken, 0, 0, 0, 1, 4000, -1, 20, -1, "abort", "m", ""},
			"finish reason is abort",
		},
		// an error whose text is a comment
		{
			"dynamo-error-comment", OpenAIChat,
			summary{Broken, 1, 1, 1, 1, -1, -1, -1, -1, "", "m", ""},
			"worker died",
		},
		// whatever follows
		{
			"dynamo-error-comment-then-done", OpenAIChat,
			summary{Broken, 1, 1, 1, 1, -1, -1, -1, -1, "", "m", ""},
			"worker died",
		},
		{"dynamo-error-data", OpenAIChat, summary{Broken, 1, 1, 1, 1, -1, -1, -1, -1, "", "m", ""}, "worker died"},
		// 2^63-1 is no count
		{"usage-beyond-all", OpenAIChat, summary{OK, 1, 1, 1, 1, -1, -1, -1, -1, "stop", "m", ""}, ""},
		{
			"usage-more-cached-than-input", OpenAIChat,
			summary{OK, 1, 1, 1, 1, 4000, -1, 20, -1, "stop", "m", ""},
			"",
		},
		{
			"usage-more-reasoning-than-output", OpenAIChat,
			summary{OK, 1, 1, 1, 1, 4000, -1, 20, -1, "stop", "m", ""},
			"",
		},
		// 2,000 tokens in two words: the count is kept, its rate is not
		{"usage-inflated", OpenAIChat, summary{OK, 1, 1, 2, 2, 4000, 1024, 2000, -1, "stop", "m", ""}, ""},
		// what was counted stays counted
		{"usage-second-report-zero", OpenAIChat, summary{OK, 1, 1, 1, 1, 4000, 1024, 20, -1, "stop", "m", ""}, ""},
	}
}

// responsesStreams are streams of the Responses API.
func responsesStreams() []hand {
	return []hand{
		// name and input
		{
			"responses-custom-tool", OpenAIResponses,
			summary{OK, 1, 1, 2, 2, 4000, 1024, 20, 4, "completed", "m", ""},
			"",
		},
		// response.done
		{
			"responses-done-openrouter", OpenAIResponses,
			summary{OK, 1, 1, 1, 1, 4000, 1024, 20, 4, "completed", "m", ""},
			"",
		},
		// completed, says the event
		{
			"responses-completed-failed", OpenAIResponses,
			summary{Broken, 1, 1, 1, 1, 4000, 1024, 20, 4, "failed", "m", ""},
			"finish reason is failed",
		},
		{
			"responses-completed-error", OpenAIResponses,
			summary{Broken, 1, 1, 1, 1, 4000, 1024, 20, 4, "failed", "m", ""},
			"The engine died",
		},
		{
			"responses-cancelled", OpenAIResponses,
			summary{Broken, 1, 1, 1, 1, -1, -1, -1, -1, "", "m", ""},
			"response failed",
		},
		// data carry the type
		{
			"responses-no-event-lines", OpenAIResponses,
			summary{OK, 1, 1, 1, 1, 4000, 1024, 20, 4, "completed", "m", ""},
			"",
		},
		{
			"responses-reasoning-text", OpenAIResponses,
			summary{OK, 1, 2, 2, 2, 4000, 1024, 20, 4, "completed", "m", ""},
			"",
		},
		{
			"responses-cut", OpenAIResponses,
			summary{Truncated, 1, 1, 1, 1, -1, -1, -1, -1, "", "m", ""},
			"without its finish marker",
		},
		{
			"responses-hidden-all", OpenAIResponses,
			summary{Empty, -1, -1, -1, 0, 4000, 1024, 293, 293, "max_output_tokens", "m", ""},
			"all of its output was reasoning",
		},
		{
			"responses-overloaded", OpenAIResponses,
			summary{Throttled, -1, -1, -1, 0, -1, -1, -1, -1, "", "m", ""},
			"Slow down",
		},
	}
}

// anthropicStreams are streams of Anthropic Messages.
func anthropicStreams() []hand {
	return []hand{
		// the second delta is about something else
		{
			"anthropic-delta-then-delta-without-usage", AnthropicMessages,
			summary{OK, 2, 2, 2, 1, 4000, 1988, 20, -1, "end_turn", "m", ""},
			"",
		},
		// the last report counts
		{
			"anthropic-second-delta", AnthropicMessages,
			summary{OK, 2, 2, 2, 1, 4000, 1988, 20, 4, "end_turn", "m", ""},
			"",
		},
		// compatible servers do so
		{
			"anthropic-text-in-start", AnthropicMessages,
			summary{OK, 1, 1, 2, 2, 4000, 1988, 20, 4, "end_turn", "m", ""},
			"",
		},
		// 0 takes nothing back
		{
			"anthropic-delta-input-zero", AnthropicMessages,
			summary{OK, 2, 2, 2, 1, 4000, 1988, 20, -1, "end_turn", "m", ""},
			"",
		},
		// the prompt is counted at the end
		{
			"anthropic-start-zero-usage", AnthropicMessages,
			summary{OK, 2, 2, 2, 1, 4000, 1988, 20, -1, "end_turn", "m", ""},
			"",
		},
		{
			"anthropic-redacted-first", AnthropicMessages,
			summary{OK, 4, 4, 4, 1, 4000, 1988, 20, 4, "end_turn", "m", ""},
			"",
		},
		// a signature is no token
		{
			"anthropic-omitted-thinking", AnthropicMessages,
			summary{OK, 5, 5, 5, 1, 4000, 1988, 300, 250, "end_turn", "m", ""},
			"",
		},
		// older servers do not say how much was thinking
		{
			"anthropic-omitted-uncounted", AnthropicMessages,
			summary{OK, 5, 5, 5, 1, 4000, 1988, 300, -1, "end_turn", "m", ""},
			"",
		},
		// the server's own tool is output
		{
			"anthropic-server-tool-first", AnthropicMessages,
			summary{OK, 1, 1, 2, 2, 4000, 1988, 20, 4, "pause_turn", "m", ""},
			"",
		},
		{
			"anthropic-refusal-without-text", AnthropicMessages,
			summary{Empty, -1, -1, -1, 0, 4000, 1988, 1, -1, "refusal", "m", ""},
			"finished without a token, finish reason refusal",
		},
		{
			"anthropic-refusal", AnthropicMessages,
			summary{OK, 2, 2, 2, 1, 4000, 1988, 20, 4, "refusal", "m", ""},
			"",
		},
		{
			"anthropic-window-exceeded", AnthropicMessages,
			summary{OK, 2, 2, 2, 1, 4000, 1988, 20, 4, "model_context_window_exceeded", "m", ""},
			"",
		},
		{
			"anthropic-no-stop", AnthropicMessages,
			summary{Truncated, 2, 2, 2, 1, 4000, 1988, 20, 4, "end_turn", "m", ""},
			"without its finish marker",
		},
	}
}
