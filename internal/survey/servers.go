package survey

import "strings"

// server is one row of the table: how a kind of server is told from others, and which of its pages are asked for.
// Paths are below the server's root. The sources are those of docs/engines.
//
// Some pages are left out on purpose: /server_info of SGLang and /v1/model/info of LiteLLM print keys, /flush_cache of
// SGLang empties its cache also by GET, /health of SGLang generates tokens and that of LiteLLM asks every model,
// /perf_metrics and /metrics of TensorRT-LLM take figures away from whoever else reads them.
type server struct {
	engine string // as in the configuration

	owner    string   // owned_by in its list of models
	header   string   // that only it sends
	product  string   // in the Server header
	hosts    []string // suffixes of a vendor's addresses
	metrics  string   // prefix of its metrics
	page     string   // of its own, which is asked where other servers say the same owner
	pageText string   // a text on that page

	health     string   // page that answers 200 when it is ready
	version    string   // page with its version as JSON
	windows    string   // page that tells the window where the list of models does not
	windowPath []string // of the window in that page
	cuts       bool     // it cuts prompts that are too long, and says nothing
	least      int      // tokens; the smallest window of a vendor's models, where their list tells none
}

// vendor reports whether the row is a service that is paid for each token.
func (s server) vendor() bool { return len(s.hosts) > 0 }

// servers lists the kinds that are known, engines first.
func servers() []server {
	return append([]server{
		// a gateway before the engines that it may hide
		{
			engine: "litellm", owner: "openai", header: "X-Litellm-Version", page: "/health/liveliness", pageText: "I'm alive",
			metrics: "litellm_",
		},
		{engine: "vllm", owner: "vllm", metrics: "vllm:", health: "/health", version: "/version"},
		{engine: "sglang", owner: "sglang", metrics: "sglang:"},
		{engine: "tensorrt-llm", owner: "tensorrt_llm", metrics: "trtllm_", health: "/health", version: "/version"},
		{engine: "dynamo", owner: "nvidia", metrics: "dynamo_", health: "/health"},
		{
			engine: "llama.cpp", owner: "llamacpp", product: "llama.cpp", metrics: "llamacpp:", health: "/health",
			windows: "/props", windowPath: []string{"default_generation_settings", "n_ctx"},
		},
		{
			engine: "ollama", owner: "library", page: "/", pageText: "Ollama is running", version: "/api/version",
			windows: "/api/ps", windowPath: []string{"models", "context_length"}, cuts: true,
		},
	}, vendors()...)
}

func vendors() []server {
	const leastWindow = 128_000
	return []server{
		{engine: "together", hosts: []string{"api.together.ai", "api.together.xyz"}},
		{engine: "openai", hosts: []string{"api.openai.com"}, least: leastWindow},
		{engine: "azure", hosts: []string{".openai.azure.com"}, least: leastWindow},
		{engine: "anthropic", hosts: []string{"api.anthropic.com"}, least: leastWindow},
		{engine: "fireworks", hosts: []string{"api.fireworks.ai"}},
		{engine: "groq", hosts: []string{"api.groq.com"}},
		{engine: "deepseek", hosts: []string{"api.deepseek.com"}, least: leastWindow},
		{engine: "kimi", hosts: []string{"api.moonshot.ai", "api.moonshot.cn"}},
		{engine: "openrouter", hosts: []string{"openrouter.ai"}},
		{engine: "mistral", hosts: []string{"api.mistral.ai"}},
	}
}

// byHost finds a vendor by the host of its address.
func byHost(host string) (server, bool) {
	host = strings.ToLower(host)
	for _, s := range vendors() {
		for _, suffix := range s.hosts {
			if host == suffix || strings.HasPrefix(suffix, ".") && strings.HasSuffix(host, suffix) {
				return s, true
			}
		}
	}
	return server{}, false
}
