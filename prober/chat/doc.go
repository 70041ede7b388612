// Package chat speaks the streaming dialects of LLM inference endpoints: it sends one turn, reads
// its answer, and stamps everything that a user would feel with an instant.
//
//	Request ─► Encoder ─► Body ─► net/http ─► source ─► scanner ─► decoder ─► Exchange
//	           (shared text, never copied)    (stamped) (events)   (meaning)
//
// It refuses to know schedules, sessions, SLOs and metrics, and it never retries a request, with one
// exception: a reused connection that turns out to be dead before its first response byte. Such a
// failure is about the idle time before the request and not about the answer; the request is sent
// once more on a new connection and Exchange.StaleRetry says so.
//
// The dialects are those of OpenAI (Chat Completions, Responses, legacy Completions; also spoken by
// Together, vLLM, SGLang, trtllm-serve, Dynamo and llama.cpp) and of Anthropic (Messages). Wire
// formats: https://github.com/openai/openai-openapi, https://docs.claude.com/en/api/messages-streaming,
// and https://html.spec.whatwg.org/multipage/server-sent-events.html for the framing.
package chat
