package chat

import (
	"time"

	"github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
)

// Endpoint says where to send requests, and how.
type Endpoint struct {
	// URL is the base, as vendors print it: https://api.together.xyz/v1, https://api.anthropic.com/v1,
	// http://vllm:8000/v1. The dialect's path is appended to it.
	URL   string `yaml:"url"`
	API   API    `yaml:"api"`
	Model string `yaml:"model"`
	// APIKeyFile is read again for each request, so that keys rotate without a restart. It is sent
	// as Authorization: Bearer, or as x-api-key to Anthropic. Anything else goes into HTTP.
	APIKeyFile string `yaml:"api_key_file,omitempty"`
	// HTTP is Prometheus' own client configuration: authorization, basic_auth, oauth2, tls_config,
	// proxy_url, http_headers. Its enable_http2 and follow_redirects have no effect: each stream
	// has an HTTP/1.1 connection of its own, and a redirect is an answer, Rejected.
	HTTP config.HTTPClientConfig `yaml:"http,omitempty"`
	// ExtraBody is merged into the request's top level: ignore_eos, min_tokens, nvext, thinking.
	// The value "${max_tokens}" of any field in it, at any depth, becomes the turn's number of
	// output tokens. A key here wins over ours, and null takes one of ours away:
	//
	//	stream_options: {include_usage: true, include_obfuscation: false}   OpenAI without padding
	//	stream_options: null                                                a server that knows none
	//	max_tokens: null, max_completion_tokens: "${max_tokens}"            OpenAI's newer name
	//
	// It cannot replace the model, the conversation or stream.
	ExtraBody map[string]any `yaml:"extra_body,omitempty"`
	// Tools says whether the conversation's tool definitions are sent. Without them the history still holds tool
	// calls and their results.
	Tools bool `yaml:"tools"`
	// SessionHeaders get the session's id as value: X-Session-ID, X-Dynamo-Session-ID, X-SMG-Routing-Key.
	SessionHeaders []string `yaml:"session_headers,omitempty"`
	// PropagateTrace sends W3C's traceparent, so that an engine that traces (vLLM, SGLang, TensorRT-LLM)
	// joins its spans to ours. It tells the server our trace ids, which are the request ids.
	PropagateTrace bool `yaml:"propagate_trace,omitempty"`
	// Timeout bounds the whole exchange, FirstTokenTimeout the wait for its first token, StallTimeout the
	// silence after it.
	Timeout           model.Duration `yaml:"timeout,omitempty"`
	FirstTokenTimeout model.Duration `yaml:"first_token_timeout,omitempty"`
	StallTimeout      model.Duration `yaml:"stall_timeout,omitempty"`
	// BatchReads is how long tokens after the first may gather before one read takes them. It saves
	// processor time with hundreds of streams. The kernel stamps the first token and the last all the same,
	// but gaps shorter than this are not told apart. It works only where the kernel stamps what it receives;
	// 0 reads each token as it comes.
	BatchReads model.Duration `yaml:"batch_reads,omitempty"`
}

// Defaults of an Endpoint. A cold prompt of 200,000 tokens may take minutes on a busy engine.
const (
	defaultTimeout           = 5 * time.Minute
	defaultFirstTokenTimeout = time.Minute
	defaultStallTimeout      = 30 * time.Second
	maxBatch                 = time.Second
)
