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
			`"content":[],"stop_reason":null,"stop_sequence":null,`+
			`"usage":{%s,"output_tokens":1,"service_tier":"standard"}}}`,
		a.id, quoted(a.model), anthropicInput(a.usageNow, a.writesCache))))
	blocks := [channels]struct{ block, delta string }{
		reasoning: {`{"type":"thinking","thinking":"","signature":""}`, `"thinking_delta","thinking"`},
		text:      {`{"type":"text","text":""}`, `"text_delta","text"`},
		toolCall: {
			`{"type":"tool_use","id":"toolu_` + a.id + `","name":` + quoted(a.tool) + `,"input":{}}`,
			`"input_json_delta","partial_json"`,
		},
	}
	index := 0
	for c := range channels {
		if c == reasoning && a.reasoned == 0 {
			continue
		}
		f.open[c] = []byte(event("content_block_start", fmt.Sprintf(
			`{"type":"content_block_start","index":%d,"content_block":%s}`, index, blocks[c].block)))
		if index == 0 {
			f.open[c] = append(f.open[c], f.ping...)
		}
		f.before[c] = fmt.Appendf(nil, "event: content_block_delta\n"+
			`data: {"type":"content_block_delta","index":%d,"delta":{"type":%s:"`, index, blocks[c].delta)
		f.after[c] = []byte("\"}}\n\n")
		f.close[c] = []byte(event("content_block_stop",
			fmt.Sprintf(`{"type":"content_block_stop","index":%d}`, index)))
		index++
	}
	signature := event("content_block_delta", `{"type":"content_block_delta","index":0,`+
		`"delta":{"type":"signature_delta","signature":"c2ltdWxhdGVk"}}`)
	f.close[reasoning] = append([]byte(signature), f.close[reasoning]...)
	f.end = func(how finish, u Usage) []byte {
		reason := [...]string{stopped: "end_turn", lengthReached: "max_tokens", toolCalled: "tool_use"}[how]
		delta := fmt.Sprintf(`{"type":"message_delta","delta":{"stop_reason":"%s","stop_sequence":null},`+
			`"usage":{%s,"output_tokens":%d}}`, reason, anthropicInput(u, a.writesCache), u.Output)
		return []byte(event("message_delta", delta) + event("message_stop", `{"type":"message_stop"}`))
	}
	return f
}

func event(name, data string) string { return "event: " + name + "\ndata: " + data + "\n\n" }

// anthropicInput splits a prompt of 100,000 tokens of which 98,000 were cached into
//
//	cache_read 98,000 + cache_creation 1,996 + input 4   where the request marks what to keep
//	cache_read 98,000 + cache_creation 0 + input 2,000   where it does not
//
// The last few tokens come after the last mark: they are the template's own.
func anthropicInput(u Usage, writes bool) string {
	input, write := u.Prompt-u.Cached, 0
	if writes {
		write = max(0, input-4)
		input -= write
	}
	return fmt.Sprintf(`"input_tokens":%d,"cache_creation_input_tokens":%d,"cache_read_input_tokens":%d,`+
		`"cache_creation":{"ephemeral_5m_input_tokens":%d,"ephemeral_1h_input_tokens":0}`,
		input, write, u.Cached, write)
}
