// Package simulator is an LLM inference engine to probe when there is none. It has the parts of a
// real engine that a prober can feel from outside: a frontend that tokenises, a queue for
// admission, chunked prefill under a token budget, a prefix cache of blocks with finite room,
// continuous batching whose steps slow down with everything that is in them, and speculative
// tokens that arrive several at a time. It speaks the streaming dialects of real servers.
//
//	request ─ frontend ─ queue ─ admitted ─ prefill, chunk by chunk ─ first token ─ decode ─ end
//	           (tokens)  (KV,     (prefix      │                                     │
//	                      batch)   cache)      └────────── one step holds both ──────┘
//
// The built-in profiles with the names of engines are calibrated to published figures. They are not
// measurements of any engine: away from those figures they show this model's behaviour, not that of a
// product. The figures are those of Together AI, "Benchmarking inference at scale:
// coding agents" (May 2026), at 2.5 million input tokens per minute on 45k to 200k-token coding
// sessions: median TTFT 0.71 s (Together Inference Engine), 1.1 s (TensorRT-LLM) and 5.1 s
// (SGLang), and 1.31 times TensorRT-LLM's tokens per second and user for the first.
//
// The engine itself is a pure machine in virtual time. Engine runs it on the ordinary time package,
// so that the same machine answers over HTTP in real time and in a testing/synctest bubble in
// simulated time. The prefix cache matches real prompt bytes: the same bytes are the same blocks.
//
// The package does not know probers, targets, or metrics other than an engine's own. It has no model: its
// answers are words from a list.
package simulator
