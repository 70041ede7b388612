package simulator

import "fmt"

// messagesFraming is Anthropic's Messages stream. It counts apart the tokens that were read from the cache,
// written to it, and neither; together they are the prompt.
//
// Source: platform.claude.com, "Streaming Messages" and "Prompt caching".
func messagesFraming(a answerInfo) framing {
	f := framing{vendor: anthropic, ping: []byte(event("ping", `{"type":"ping"}`))}
	f.admitted = []byte(event("message_start", fmt.Sprintf(
		`{"type":"message_start","message":{"id":"msg_%s","type":"message","role":"assistant","model":%s,`+
			`"content":[],"stop_reason":null,"stop_sequence":null%s}}`,
		a.id, quoted(a.model), anthropicUsage(a, a.usageNow, `"output_tokens":1,"service_tier":"standard"`))))
	index := 0
	if a.hidden > 0 { // thinking that is omitted has a block, and a signature as its only delta
		f.thinking, f.thought = thinkingBlock(index)
		index++
	}
	for c := range channels {
		if c == reasoning && a.reasoned == 0 {
			continue
		}
		f.block(c, index, a)
		index++
	}
	first := &f.thinking
	if a.hidden == 0 {
		first = &f.open[firstChannel(a)]
	}
	*first = append(*first, f.ping...)
	f.end = func(how ending, u Usage) []byte {
		output := fmt.Sprintf(`"output_tokens":%d`, u.Output)
		if a.hidden > 0 {
			output += fmt.Sprintf(`,"output_tokens_details":{"thinking_tokens":%d}`, a.hidden+a.reasoned)
		}
		delta := fmt.Sprintf(`{"type":"message_delta","delta":{"stop_reason":%s,"stop_sequence":null}%s}`,
			how.word("end_turn", "max_tokens", "tool_use"), anthropicUsage(a, u, output))
		return []byte(event("message_delta", delta) + event("message_stop", `{"type":"message_stop"}`))
	}
	return f
}

// firstChannel is the channel of the first block of an answer that hides nothing.
func firstChannel(a answerInfo) channel {
	if a.reasoned > 0 {
		return reasoning
	}
	return text
}

// block fills in the events of one content block.
func (f *framing) block(c channel, index int, a answerInfo) {
	block, delta := `{"type":"text","text":""}`, `"text_delta","text"`
	switch c {
	case reasoning:
		delta = `"thinking_delta","thinking"`
		f.open[c], f.close[c] = thinkingBlock(index)
	case toolCall:
		block = `{"type":"tool_use","id":"toolu_` + a.id + `","name":` + quoted(a.tool) + `,"input":{}}`
		delta = `"input_json_delta","partial_json"`
		fallthrough
	default:
		f.open[c], f.close[c] = blockStart(index, block), blockStop(index)
	}
	f.before[c] = fmt.Appendf(nil, "event: content_block_delta\n"+
		`data: {"type":"content_block_delta","index":%d,"delta":{"type":%s:"`, index, delta)
	f.after[c] = []byte("\"}}\n\n")
}

// thinkingBlock is the start and the end of a block of thinking. It ends with a signature.
func thinkingBlock(index int) (start, end []byte) {
	signature := event("content_block_delta", fmt.Sprintf(`{"type":"content_block_delta","index":%d,`+
		`"delta":{"type":"signature_delta","signature":"c2ltdWxhdGVk"}}`, index))
	return blockStart(index, `{"type":"thinking","thinking":"","signature":""}`),
		append([]byte(signature), blockStop(index)...)
}

func blockStart(index int, block string) []byte {
	return []byte(event("content_block_start", fmt.Sprintf(
		`{"type":"content_block_start","index":%d,"content_block":%s}`, index, block)))
}

func blockStop(index int) []byte {
	return []byte(event("content_block_stop", fmt.Sprintf(`{"type":"content_block_stop","index":%d}`, index)))
}

func event(name, data string) string { return "event: " + name + "\ndata: " + data + "\n\n" }

// anthropicUsage is the field of the usage with its comma; nothing where the answer has none.
func anthropicUsage(a answerInfo, u Usage, output string) string {
	if a.noUsage {
		return ""
	}
	if a.noOpening { // nor is the prompt counted where llama.cpp leaves the opening out
		return `,"usage":{` + output + "}"
	}
	return `,"usage":{` + anthropicInput(u, a.writesCache) + "," + output + "}"
}

// anthropicInput splits a prompt of 100,000 tokens of which 98,000 were cached into
//
//	cache_read 98,000 + cache_creation 1,996 + input 4   where the request marks what to keep
//	cache_read 98,000 + cache_creation 0 + input 2,000   where it does not
//
// The last few tokens come after the last mark: they are the template's own.
func anthropicInput(u Usage, writes bool) string {
	input, write := max(0, u.Prompt-u.Cached), 0
	if writes {
		write = max(0, input-4)
		input -= write
	}
	return fmt.Sprintf(`"input_tokens":%d,"cache_creation_input_tokens":%d,"cache_read_input_tokens":%d,`+
		`"cache_creation":{"ephemeral_5m_input_tokens":%d,"ephemeral_1h_input_tokens":0}`,
		input, write, u.Cached, write)
}
