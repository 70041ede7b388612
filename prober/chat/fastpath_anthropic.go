package chat

// anthropicFast reads a content_block_delta without allocating.
//
//	{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"…"}}
func anthropicFast(data []byte) (delta, bool) {
	c := jsonScanner{b: data}
	var typed, read bool
	var dl delta
	c.expect('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			break
		}
		switch string(key) {
		case "type":
			kind, _ := c.text()
			if typed || string(kind) != "content_block_delta" {
				return delta{}, false
			}
			typed = true
		case "delta":
			if read {
				return delta{}, false
			}
			read = true
			dl = anthropicFastDelta(&c)
		case "index":
			c.skip(0)
		default: // an error, or an unknown field
			return delta{}, false
		}
	}
	if !c.complete() || !typed || dl.signal&token == 0 {
		return delta{}, false
	}
	dl.signal |= activity
	return dl, true
}

func anthropicFastDelta(c *jsonScanner) (dl delta) {
	c.expect('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			return dl
		}
		var sig signal
		switch string(key) {
		case "text":
			sig = text
		case "thinking":
			sig = reasoning
		case "partial_json":
			sig = call
		default:
			c.skip(0)
			continue
		}
		s := c.textOrNull()
		if len(s) == 0 || dl.signal != 0 { // the full decoder reads events with two of them
			c.fail()
		}
		dl.signal, dl.size = sig, len(s)
		if sig == text {
			dl.visible = s
		}
	}
}
