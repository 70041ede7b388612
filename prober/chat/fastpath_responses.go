package chat

// responsesFast reads a delta without allocating.
//
//	{"type":"response.output_text.delta","item_id":"…","output_index":0,"sequence_number":9,"delta":"…"}
func responsesFast(data []byte) (delta, bool) {
	c := jsonScanner{b: data}
	var kind, piece []byte
	c.expect('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			break
		}
		switch string(key) {
		case "type":
			if kind != nil {
				c.fail()
			}
			var escaped bool
			if kind, escaped = c.text(); escaped {
				c.fail()
			}
		case "delta":
			if piece != nil {
				c.fail()
			}
			piece, _ = c.text()
		case "item_id", "output_index", "content_index", "summary_index", "sequence_number", "logprobs", "obfuscation":
			c.skip(0)
		default: // an error, or an unknown field
			return delta{}, false
		}
	}
	channel, ok := fastChannelOf(kind)
	if !c.complete() || !ok || len(piece) == 0 {
		return delta{}, false
	}
	dl := delta{signal: activity | channel, size: len(piece)}
	if channel == text {
		dl.visible = piece
	}
	return dl, true
}

// fastChannelOf is channelOf for the frequent kinds. It makes no string.
func fastChannelOf(kind []byte) (signal, bool) {
	switch string(kind) {
	case "response.output_text.delta":
		return text, true
	case "response.reasoning_text.delta":
		return reasoning, true
	case "response.reasoning_summary_text.delta":
		return reasoning | retold, true
	case "response.function_call_arguments.delta":
		return call, true
	case "response.refusal.delta":
		return refusal, true
	}
	return 0, false
}
