package chat

import "encoding/json"

// tokens is a number of tokens as it was sent. What is not a whole number of zero or more is as
// good as not sent.
type tokens struct{ Count }

func (t *tokens) UnmarshalJSON(b []byte) error {
	var n int64
	if json.Unmarshal(b, &n) == nil && n >= 0 && string(b) != "null" {
		t.Count = Counted(n)
	}
	return nil
}

// or is the first count that was sent.
func (c Count) or(d Count) Count {
	if c.known {
		return c
	}
	return d
}

// plus adds a count that may be missing. The sum is known if c is.
func (c Count) plus(d Count) Count {
	c.n += d.n
	return c
}

// openAI is the usage of Chat Completions and legacy completions, and, under other names, of
// Responses. What was cached is a part of the prompt.
type openAI struct {
	Prompt            tokens        `json:"prompt_tokens"`
	Completion        tokens        `json:"completion_tokens"`
	PromptDetails     inputDetails  `json:"prompt_tokens_details"`
	CompletionDetails outputDetails `json:"completion_tokens_details"`
	Reasoning         tokens        `json:"reasoning_tokens"` // SGLang
	Input             tokens        `json:"input_tokens"`
	Output            tokens        `json:"output_tokens"`
	InputDetails      inputDetails  `json:"input_tokens_details"`
	OutputDetails     outputDetails `json:"output_tokens_details"`
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
	var u openAI
	if raw == nil || json.Unmarshal(raw, &u) != nil {
		return Usage{Verbatim: raw}
	}
	return Usage{
		Input:      u.Prompt.or(u.Input.Count),
		Cached:     u.PromptDetails.Cached.or(u.InputDetails.Cached.Count),
		CacheWrite: u.PromptDetails.CacheWrite.or(u.InputDetails.CacheWrite.Count),
		Output:     u.Completion.or(u.Output.Count),
		Reasoning:  u.CompletionDetails.Reasoning.or(u.OutputDetails.Reasoning.Count).or(u.Reasoning.Count),
		Verbatim:   raw,
	}
}

// anthropic is the usage in message_start and, cumulative, in message_delta. The three parts of the
// prompt exclude each other.
type anthropic struct {
	Input      tokens        `json:"input_tokens"`
	CacheWrite tokens        `json:"cache_creation_input_tokens"`
	CacheRead  tokens        `json:"cache_read_input_tokens"`
	Output     tokens        `json:"output_tokens"`
	Details    outputDetails `json:"output_tokens_details"`
}

// anthropicUsage puts the two together. What message_start says of the output is what had been
// generated when it was sent, and no account of the whole.
//
//	message_start {"input_tokens":12,"cache_creation_input_tokens":2000,"cache_read_input_tokens":98000,"output_tokens":1}
//	message_delta {"output_tokens":450}
//	              input 100,012, of which 98,000 cached and 2,000 written; output 450
func anthropicUsage(raw json.RawMessage) Usage {
	var both struct {
		Start anthropic `json:"message_start"`
		Final anthropic `json:"message_delta"`
	}
	if raw == nil || json.Unmarshal(raw, &both) != nil {
		return Usage{Verbatim: raw}
	}
	s, f := both.Start, both.Final
	read := f.CacheRead.or(s.CacheRead.Count)
	write := f.CacheWrite.or(s.CacheWrite.Count)
	return Usage{
		Input:      f.Input.or(s.Input.Count).plus(read).plus(write),
		Cached:     read,
		CacheWrite: write,
		Output:     f.Output.Count,
		Reasoning:  f.Details.Thinking.or(f.Details.Reasoning.Count),
		Verbatim:   raw,
	}
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
