package chat

// inPlace reads an event that carries tokens and nothing else of interest, without allocating.
// It declines what it does not know to the last byte.
func (d *chatDecoder) inPlace(data []byte) (delta, bool) {
	c := cursor{b: data}
	w := chatWalk{decoder: d}
	c.must('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			break
		}
		w.member(&c, key)
	}
	if w.sig&token == 0 && d.begun && w.blank && w.seen&(keyRole|keyFunction) == 0 {
		w.sig |= progress
	}
	if !c.end() || w.sig&(token|progress) == 0 {
		return delta{}, false
	}
	if w.usage != nil {
		d.usage = append(d.usage[:0], w.usage...)
	}
	visible := w.content
	if visible == nil {
		visible = w.text
	}
	return delta{signal: w.sig | life, visible: visible}, true
}

// chatWalk is what has been seen of one event.
type chatWalk struct {
	decoder       *chatDecoder
	sig           signal
	content, text []byte
	usage         []byte
	blank         bool   // the text is there, and empty
	seen          uint16 // keys, one bit each: a key that comes twice is declined
}

const (
	keyChoices = 1 << iota
	keyUsage
	keyModel
	keyFingerprint
	keyObject
	keyDelta
	keyText
	keyContent
	keyReasoning
	keyReasoningContent
	keyRefusal
	keyToolCalls
	keyFunction
	keyName
	keyArguments
	keyRole
)

// once marks a key, and gives up if it was marked before.
func (w *chatWalk) once(c *cursor, key uint16) {
	if w.seen&key != 0 {
		c.fail()
	}
	w.seen |= key
}

func (w *chatWalk) member(c *cursor, key []byte) {
	switch string(key) {
	case "choices":
		w.once(c, keyChoices)
		w.choices(c)
	case "usage":
		w.once(c, keyUsage)
		w.keepUsage(c)
	case "model":
		w.once(c, keyModel)
		w.known(c, w.decoder.model)
	case "system_fingerprint":
		w.once(c, keyFingerprint)
		w.known(c, w.decoder.fingerprint)
	case "object":
		w.once(c, keyObject)
		if s, escaped := c.str(); escaped || string(s) == "error" {
			c.fail()
		}
	case "error", "type", "code", "message", "detail", "error_type":
		if !c.null() {
			c.fail()
		}
	default:
		c.skip(0)
	}
}

// known passes over a name that has been noted before, or is not there.
func (w *chatWalk) known(c *cursor, noted string) {
	if !c.null() {
		if c.str(); noted == "" {
			c.fail()
		}
	}
}

// keepUsage holds on to a usage that is sent with every event (vLLM's continuous_usage_stats).
func (w *chatWalk) keepUsage(c *cursor) {
	if c.null() {
		return
	}
	c.space()
	from := c.i
	c.skip(0)
	if !c.bad {
		w.usage = c.b[from:c.i]
	}
}

// choices wants exactly one.
func (w *chatWalk) choices(c *cursor) {
	c.must('[')
	c.must('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			break
		}
		w.choice(c, key)
	}
	c.must(']')
}

func (w *chatWalk) choice(c *cursor, key []byte) {
	switch string(key) {
	case "delta":
		w.once(c, keyDelta)
		w.delta(c)
	case "text":
		w.once(c, keyText)
		w.text = w.piece(c, text)
	case "finish_reason":
		if !c.null() {
			c.fail()
		}
	default:
		c.skip(0)
	}
}

// piece reads a string or null of one kind of output.
func (w *chatWalk) piece(c *cursor, sig signal) []byte {
	if c.null() {
		return nil
	}
	s, _ := c.str()
	if len(s) == 0 {
		w.blank = w.blank || sig == text
		return nil
	}
	w.sig |= sig
	return s
}

func (w *chatWalk) delta(c *cursor) {
	if w.decoder.legacy {
		c.fail()
		return
	}
	c.must('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			return
		}
		switch string(key) {
		case "content":
			w.content = w.channel(c, keyContent, text)
		case "reasoning":
			w.channel(c, keyReasoning, reasoning)
		case "reasoning_content":
			w.channel(c, keyReasoningContent, reasoning)
		case "refusal":
			w.channel(c, keyRefusal, refusal)
		case "tool_calls":
			w.once(c, keyToolCalls)
			w.toolCalls(c)
		case "role":
			if !c.null() {
				w.once(c, keyRole)
				c.skip(0)
			}
		case "function_call":
			if !c.null() {
				c.fail()
			}
		default:
			c.skip(0)
		}
	}
}

func (w *chatWalk) channel(c *cursor, key uint16, sig signal) []byte {
	w.once(c, key)
	return w.piece(c, sig)
}

// toolCalls wants null, none or exactly one call, which is what a model writes at a time.
func (w *chatWalk) toolCalls(c *cursor) {
	if c.null() {
		return
	}
	c.must('[')
	if c.take(']') {
		return
	}
	c.must('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			break
		}
		if string(key) == "function" {
			w.once(c, keyFunction)
			w.function(c)
			continue
		}
		c.skip(0)
	}
	c.must(']')
}

func (w *chatWalk) function(c *cursor) {
	c.must('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			return
		}
		switch string(key) {
		case "name":
			w.channel(c, keyName, call)
		case "arguments":
			w.channel(c, keyArguments, call)
		default:
			c.skip(0)
		}
	}
}
