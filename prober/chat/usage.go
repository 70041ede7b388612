package chat

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
)

// tokens is a number of tokens in a usage object. Anything but a whole number from zero to mostTokens counts as not
// sent, and is remembered as impossible.
type tokens struct {
	Count
	impossible bool
}

// mostTokens is beyond any prompt and any answer. A server that says more is wrong, and must not make a bill of it.
const mostTokens = 100_000_000

// UnmarshalJSON takes 4000.0 and 4e3 for 4000: gateways in Lua and JavaScript write whole numbers so.
func (t *tokens) UnmarshalJSON(b []byte) error {
	var n float64
	switch {
	case string(b) == "null":
	case json.Unmarshal(b, &n) == nil && n >= 0 && n <= mostTokens && n == math.Trunc(n):
		*t = tokens{Count: Counted(int64(n))}
	default:
		*t = tokens{impossible: true}
	}
	return nil
}

// anyImpossible reports whether one of several counts cannot be true.
func anyImpossible(all ...tokens) bool {
	return slices.ContainsFunc(all, func(t tokens) bool { return t.impossible })
}

// unmarshalUsage reads what can be read of a usage object: a field of another shape, such as the empty list that PHP
// makes of an empty object, takes nothing from the others. It is false for what is no object.
func unmarshalUsage(raw json.RawMessage, into any) bool {
	err := json.Unmarshal(raw, into)
	var shape *json.UnmarshalTypeError
	return err == nil || errors.As(err, &shape) && shape.Field != ""
}

// or is the first count that is known.
func (c Count) or(d Count) Count {
	if c.known {
		return c
	}
	return d
}

// orMore is the count, or d where that is more: a later report that says 0 does not take back what was counted before.
func (c Count) orMore(d Count) Count {
	if c.known && c.n >= d.n {
		return c
	}
	return d.or(c)
}

// plus adds a count that may be unknown, as 0. The sum is known if c is.
func (c Count) plus(d Count) Count {
	c.n += d.n
	return c
}

// openAICounts is the usage object of Chat Completions and legacy completions and, under other names, of
// Responses. Cached tokens are part of the prompt.
type openAICounts struct {
	Prompt            tokens        `json:"prompt_tokens"`
	Completion        tokens        `json:"completion_tokens"`
	PromptDetails     inputDetails  `json:"prompt_tokens_details"`
	CompletionDetails outputDetails `json:"completion_tokens_details"`
	Reasoning         tokens        `json:"reasoning_tokens"` // SGLang
	Input             tokens        `json:"input_tokens"`
	Output            tokens        `json:"output_tokens"`
	Total             tokens        `json:"total_tokens"`
	Cached            tokens        `json:"cached_tokens"`           // Kimi, Together
	CacheHit          tokens        `json:"prompt_cache_hit_tokens"` // DeepSeek
	InputDetails      inputDetails  `json:"input_tokens_details"`
	OutputDetails     outputDetails `json:"output_tokens_details"`
}

func (u *openAICounts) impossible() bool {
	return anyImpossible(u.Prompt, u.Input, u.Completion, u.Output, u.Total, u.Reasoning, u.Cached, u.CacheHit,
		u.PromptDetails.Cached, u.PromptDetails.CacheWrite, u.InputDetails.Cached, u.InputDetails.CacheWrite,
		u.CompletionDetails.Reasoning, u.OutputDetails.Reasoning)
}

type inputDetails struct {
	Cached     tokens `json:"cached_tokens"`
	CacheWrite tokens `json:"cache_write_tokens"`
}

type outputDetails struct {
	Reasoning tokens `json:"reasoning_tokens"`
	Thinking  tokens `json:"thinking_tokens"` // Anthropic
}

// openAIUsage reads a usage object; nil is none. raw becomes Usage.Verbatim.
func openAIUsage(raw json.RawMessage) Usage {
	var u openAICounts
	if raw == nil || !unmarshalUsage(raw, &u) {
		return Usage{Verbatim: raw}
	}
	usage := Usage{
		Input: u.Prompt.or(u.Input.Count),
		Cached: u.PromptDetails.Cached.or(u.InputDetails.Cached.Count).
			or(u.Cached.Count).or(u.CacheHit.Count),
		CacheWrite: u.PromptDetails.CacheWrite.or(u.InputDetails.CacheWrite.Count),
		Output:     u.Completion.or(u.Output.Count),
		Reasoning:  u.CompletionDetails.Reasoning.or(u.OutputDetails.Reasoning.Count).or(u.Reasoning.Count),
		Verbatim:   raw,
		impossible: u.impossible(),
	}
	usage.addThoughts(u.Total.Count)
	return usage.plausible()
}

// addThoughts finds the reasoning that is counted in the total and not in the output: Gemini does not name it, xAI
// names it beside completion_tokens. It was generated, and is paid for, like the rest of the output.
func (u *Usage) addThoughts(total Count) {
	thoughts := total.n - u.Input.n - u.Output.n
	if !total.known || !u.Input.known || !u.Output.known || thoughts <= 0 {
		return
	}
	if named := u.Reasoning; named.known && named.n != thoughts {
		return
	}
	u.Output.n += thoughts
	u.Reasoning = Counted(thoughts)
}

// plausible is the usage without counts that contradict the whole of which they are a part, and without parts of a
// whole that is not known. No prompt is empty, so one of 0 tokens was not counted.
func (u Usage) plausible() Usage {
	if u.Input == Counted(0) {
		u.Input, u.impossible = Count{}, true
	}
	if parts := u.Cached.n + u.CacheWrite.n; !u.Input.known || parts > u.Input.n {
		u.impossible = u.impossible || u.Input.known
		u.Cached, u.CacheWrite = Count{}, Count{}
	}
	if !u.Output.known || u.Reasoning.n > u.Output.n {
		u.impossible = u.impossible || u.Output.known
		u.Reasoning = Count{}
	}
	return u
}

// of is the usage of an answer that had so many token-bearing events: 0 tokens are no count of an answer that had some.
func (u Usage) of(events int) Usage {
	if events > 0 && u.Output == Counted(0) {
		u.Output, u.Reasoning, u.impossible = Count{}, Count{}, true
	}
	return u
}

// anthropicCounts is the usage object in message_start and, cumulative, in message_delta. The three parts of
// the prompt exclude each other.
type anthropicCounts struct {
	Input      tokens        `json:"input_tokens"`
	CacheWrite tokens        `json:"cache_creation_input_tokens"`
	CacheRead  tokens        `json:"cache_read_input_tokens"`
	Output     tokens        `json:"output_tokens"`
	Details    outputDetails `json:"output_tokens_details"`
}

// anthropicUsage puts the two objects of bothUsages together. The output in message_start is what had been
// generated by then, not the whole, and is passed over.
//
//	message_start  {"input_tokens":12,"cache_creation_input_tokens":2000,
//	                "cache_read_input_tokens":98000,"output_tokens":1}
//	message_delta  {"output_tokens":450}
//	               input 100,012, of which 98,000 cached and 2,000 written; output 450
func anthropicUsage(raw json.RawMessage) Usage {
	var both struct {
		Start anthropicCounts `json:"message_start"`
		Final anthropicCounts `json:"message_delta"`
	}
	if raw == nil || !unmarshalUsage(raw, &both) {
		return Usage{Verbatim: raw}
	}
	s, f := both.Start, both.Final
	read := f.CacheRead.orMore(s.CacheRead.Count)
	write := f.CacheWrite.orMore(s.CacheWrite.Count)
	usage := Usage{
		Input:      f.Input.orMore(s.Input.Count).plus(read).plus(write),
		Cached:     read,
		CacheWrite: write,
		Output:     f.Output.Count,
		Reasoning:  f.Details.Thinking.or(f.Details.Reasoning.Count),
		Verbatim:   raw,
		impossible: s.impossible() || f.impossible(),
	}
	return usage.plausible()
}

func (u *anthropicCounts) impossible() bool {
	return anyImpossible(u.Input, u.CacheWrite, u.CacheRead, u.Output, u.Details.Thinking, u.Details.Reasoning)
}

// exceeds reports whether usage counts more output, reasoning left out, than a stream can have held.
func (u Usage) exceeds(stream Receipts) bool {
	return u.Output.known && u.Output.n-u.Reasoning.n > stream.MostTokens()
}

// isZero reports whether a usage object counts nothing, as some gateways send after the real one.
func isZero(raw json.RawMessage) bool {
	var u openAICounts
	return unmarshalUsage(raw, &u) &&
		u.Prompt.or(u.Input.Count) == Counted(0) && u.Completion.or(u.Output.Count) == Counted(0)
}

// bothUsages is one object of the two, for Usage.Verbatim.
func bothUsages(start, final []byte) json.RawMessage {
	if start == nil && final == nil {
		return nil
	}
	v := []byte{'{'}
	if start != nil {
		v = append(append(v, `"message_start":`...), start...)
	}
	if start != nil && final != nil {
		v = append(v, ',')
	}
	if final != nil {
		v = append(append(v, `"message_delta":`...), final...)
	}
	return append(v, '}')
}
