// Package chat speaks the streaming dialects of LLM inference endpoints: it sends one turn, reads
// its answer, and stamps everything that a user would feel with an instant.
//
//	Request ─► Encoder ─► Body ─► net/http ─► source ─► scanner ─► decoder ─► Exchange
//	           (shared text, never copied)    (stamped) (events)   (meaning)
//
// It knows nothing of schedules, sessions, SLOs and metrics, and it never retries a request, with one
// exception: a reused connection that turns out to be dead before its first response byte. That failure
// belongs to the idle time before the request and not to the answer, so the request is sent once more on a
// new connection, and Exchange.StaleRetry says so.
//
// Tables hold what is listed, each in the file of its name: dialects, outcomes, causes and quirks.
//
// The dialects are those of OpenAI (Chat Completions, Responses, legacy Completions; also spoken by
// Together, vLLM, SGLang, trtllm-serve, Dynamo and llama.cpp) and of Anthropic (Messages). Wire
// formats: https://github.com/openai/openai-openapi, https://docs.claude.com/en/api/messages-streaming,
// and https://html.spec.whatwg.org/multipage/server-sent-events.html for the framing.
package chat
