package preset

import "github.com/firsttoken/firsttoken/prober/chat"

// wanted stands for the turn's number of output tokens, see chat.Endpoint.ExtraBody.
const wanted = "${max_tokens}"

// All lists the presets, servers first, then vendors. Each row is explained in its page of docs/engines.
func All() []Preset {
	return append(servers(), vendors()...)
}

// servers are engines and gateways that people run themselves.
func servers() []Preset {
	return []Preset{
		{
			Engine: "vllm", Aliases: []string{"nim"}, API: chat.OpenAIChat, NoTools: true, ExtraBody: exactLength(),
			SessionHeaders: []string{"X-Session-ID"}, MetricsPath: "/metrics",
			Window: "GET /v1/models, max_model_len", Page: "vllm.md",
		},
		{
			Engine: "sglang", API: chat.OpenAIChat, ExtraBody: exactLength(),
			SessionHeaders: []string{"X-SMG-Routing-Key"}, MetricsPath: "/metrics",
			Window: "GET /v1/models, max_model_len", Page: "sglang.md",
		},
		{
			Engine: "tensorrt-llm", Aliases: []string{"trtllm", "trt-llm"}, API: chat.OpenAIChat, ExtraBody: exactLength(),
			MetricsPath: "/prometheus/metrics",
			Window:      "max_seq_len, as trtllm-serve was started", Page: "tensorrt-llm.md",
		},
		{
			Engine: "dynamo", API: chat.OpenAIChat, ExtraBody: exactLength(),
			SessionHeaders: []string{"X-Dynamo-Session-ID"}, MetricsPath: "/metrics",
			Window: "GET /v1/models, context_window", Page: "dynamo.md",
		},
		{
			Engine: "llama.cpp", Aliases: []string{"llamacpp", "llama-server"}, API: chat.OpenAIChat,
			ExtraBody: map[string]any{"ignore_eos": true}, MetricsPath: "/metrics",
			Window: "GET /v1/models, meta.n_ctx, of one slot", Page: "llama.cpp.md",
		},
		{
			Engine: "ollama", API: chat.OpenAIChat, NoTools: true, ExtraBody: map[string]any{"reasoning_effort": "none"},
			Window: "GET /api/ps, context_length", Page: "ollama.md",
		},
		{
			Engine: "litellm", API: chat.OpenAIChat,
			Window: "GET /v1/model/info, max_input_tokens", Page: "litellm.md",
		},
	}
}

// vendors are services with an address of their own.
func vendors() []Preset {
	return []Preset{
		{
			Engine: "together", API: chat.OpenAIChat,
			Window: "GET /v1/models, context_length", Page: "together.md",
		},
		{
			Engine: "openai", API: chat.OpenAIResponses, ExtraBody: map[string]any{"service_tier": "default"},
			Window: "the model's page", Page: "openai.md",
		},
		{
			Engine: "azure", API: chat.OpenAIChat, ExtraBody: completionTokens(),
			Window: "the model's page", Page: "azure.md",
		},
		{
			Engine: "anthropic", API: chat.AnthropicMessages, ExtraBody: map[string]any{"service_tier": "standard_only"},
			Window: "GET /v1/models, max_input_tokens", Page: "anthropic.md",
		},
		{
			Engine: "fireworks", API: chat.OpenAIChat, SessionHeaders: []string{"X-Session-Affinity"},
			Window: "GET /v1/models, context_length", Page: "fireworks.md",
		},
		{
			Engine: "groq", API: chat.OpenAIChat,
			Window: "GET /v1/models, context_window", Page: "groq.md",
		},
		{
			Engine: "deepseek", API: chat.OpenAIChat,
			Window: "the model's page", Page: "deepseek.md",
		},
		{
			Engine: "kimi", Aliases: []string{"moonshot"}, API: chat.OpenAIChat, ExtraBody: completionTokens(),
			Window: "GET /v1/models, context_length", Page: "kimi.md",
		},
		{
			Engine: "openrouter", API: chat.OpenAIChat,
			Window: "GET /v1/models, context_length", Page: "openrouter.md",
		},
		{
			Engine: "mistral", API: chat.OpenAIChat, ExtraBody: map[string]any{"stream_options": nil},
			Window: "GET /v1/models, max_context_length", Page: "mistral.md",
		},
	}
}

// exactLength makes an engine generate as many tokens as the turn asks for, so that its rate is measured on streams
// of the length that the workload describes.
func exactLength() map[string]any {
	return map[string]any{"ignore_eos": true, "min_tokens": wanted}
}

// completionTokens replaces max_tokens by the name that OpenAI's newer models and their kin insist on.
func completionTokens() map[string]any {
	return map[string]any{"max_tokens": nil, "max_completion_tokens": wanted}
}
