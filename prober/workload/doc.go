// Package workload plays a coding agent: a Shape and a seed go in, the next conversation comes out.
//
// A prompt is anatomically an agent's. A system message and tool definitions that all sessions share
// come first; then a user message that begins with the session's salt (12 hex digits that no other
// session has, so that nothing after it is in any cache yet), holds the repository context, and names the
// task; then turns, each an answer and what a tool or a person says to it. The history only ever grows
// at its end until it meets the limit, where the session ends or replaces the history by a summary:
//
//	tokens
//	200k ┤        ╱│      ╱│      ╱         each turn adds an answer and a tool result or human
//	     │      ╱  │    ╱  │    ╱           message, some 1,500 tokens in the mean
//	 55k ┤    ╱    │  ╱    └─ ╱             compacted: the same session, its history a summary
//	 45k ┤  ╱      └╱                       ended: a new session, a new salt
//	 15k ┤▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔     the shared prefix
//	     └────────────────────────────── turns
//
// The shape's numbers are those of public traces of coding agents (the cc-traces-weka data set of
// SemiAnalysis and Weka; TraceLab, arXiv 2606.30560) and of Together AI's benchmark "Benchmarking
// inference at scale: coding agents" (prompts of 45k to 200k tokens, answers of 293 tokens at the median
// and 2,230 at the 99th percentile).
//
// No tokenizer is needed: text is made of words that are one token each in the tokenizers of the
// field, sizes are counted in words, and what a target's tokenizer makes of a word is learnt from the
// usage that the target reports (Calibration).
//
// A session keeps 16 bytes for each message and no text. Text is cut from one immutable Corpus when a
// request is sent, already escaped for JSON.
//
// The package reads no clock and does no I/O: the caller says how old things are (Ages), waits out
// the pauses, and owns all goroutines. It knows nothing of dialects, schedules or results.
package workload
