package chat

// fast reads an event that carries tokens and nothing else of interest, without allocating. It declines
// an event unless it understands every byte of it.
func (d *chatDecoder) fast(data []byte) (delta, bool) {
	c := jsonScanner{b: data}
	w := chatFields{decoder: d}
	c.expect('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			break
		}
		w.member(&c, key)
	}
	if w.sig&token == 0 && d.begun && w.emptyText && w.seen&(keyRole|keyFunction) == 0 {
		w.sig |= progress
	}
	if !c.complete() || w.sig&(token|progress) == 0 {
		return delta{}, false
	}
	if w.usage != nil {
		d.usage = append(d.usage[:0], w.usage...)
	}
	visible := w.content
	if visible == nil {
		visible = w.text
	}
	return delta{signal: w.sig | activity, visible: visible, size: w.size}, true
}

// chatFields are the fields seen so far in one event.
type chatFields struct {
	decoder       *chatDecoder
	sig           signal
	content, text []byte
	usage         []byte
	emptyText     bool
	size          int    // bytes of all pieces
	seen          uint32 // keys, one bit each: an event with a key twice is declined
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
	keyIndex
)

// mark notes a key, and fails if it came before.
func (w *chatFields) mark(c *jsonScanner, key uint32) {
	if w.seen&key != 0 {
		c.fail()
	}
	w.seen |= key
}

func (w *chatFields) member(c *jsonScanner, key []byte) {
	switch string(key) {
	case "choices":
		w.mark(c, keyChoices)
		w.choices(c)
	case "usage":
		w.mark(c, keyUsage)
		w.keepUsage(c)
	case "model":
		w.mark(c, keyModel)
		if s := w.skipKnown(c, w.decoder.model); s != nil && string(s) != w.decoder.model {
			c.fail() // the full decoder must note that it changed
		}
	case "system_fingerprint":
		w.mark(c, keyFingerprint)
		w.skipKnown(c, w.decoder.fingerprint)
	case "object":
		w.mark(c, keyObject)
		if s, escaped := c.text(); escaped || string(s) == "error" {
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

// skipKnown passes over a model or fingerprint, and returns it where it stands as it is. It fails where the decoder has
// none yet: the full decoder must note this one.
func (w *chatFields) skipKnown(c *jsonScanner, noted string) []byte {
	if c.null() {
		return nil
	}
	s, escaped := c.text()
	if noted == "" {
		c.fail()
	}
	if escaped {
		return nil
	}
	return s
}

// keepUsage keeps a usage that comes with every event (vLLM's continuous_usage_stats).
func (w *chatFields) keepUsage(c *jsonScanner) {
	if c.null() {
		return
	}
	c.skipSpace()
	from := c.i
	c.skip(0)
	if !c.bad {
		w.usage = c.b[from:c.i]
	}
}

// choices accepts exactly one.
func (w *chatFields) choices(c *jsonScanner) {
	c.expect('[')
	c.expect('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			break
		}
		w.choice(c, key)
	}
	c.expect(']')
}

func (w *chatFields) choice(c *jsonScanner, key []byte) {
	switch string(key) {
	case "delta":
		w.mark(c, keyDelta)
		w.delta(c)
	case "text":
		w.mark(c, keyText)
		w.text = w.piece(c, text)
	case "index":
		w.mark(c, keyIndex)
		w.index(c)
	case "finish_reason":
		if !c.null() {
			c.fail()
		}
	default:
		c.skip(0)
	}
}

// index accepts that of the choice that the decoder follows.
func (w *chatFields) index(c *jsonScanner) {
	if c.null() {
		return
	}
	c.skipSpace()
	from := c.i
	c.skip(0)
	if !c.bad && string(c.b[from:c.i]) != w.decoder.choice {
		c.fail()
	}
}

// piece reads a string of one kind of output, or null.
func (w *chatFields) piece(c *jsonScanner, sig signal) []byte {
	if c.null() {
		return nil
	}
	s, _ := c.text()
	if len(s) == 0 {
		w.emptyText = w.emptyText || sig == text
		return nil
	}
	w.sig |= sig
	w.size += len(s)
	return s
}

func (w *chatFields) delta(c *jsonScanner) {
	if w.decoder.legacy {
		c.fail()
		return
	}
	c.expect('{')
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
			w.mark(c, keyToolCalls)
			w.toolCalls(c)
		case "role":
			if !c.null() {
				w.mark(c, keyRole)
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

func (w *chatFields) channel(c *jsonScanner, key uint32, sig signal) []byte {
	w.mark(c, key)
	return w.piece(c, sig)
}

// toolCalls accepts null, none or exactly one call: a model writes one at a time.
func (w *chatFields) toolCalls(c *jsonScanner) {
	if c.null() {
		return
	}
	c.expect('[')
	if c.take(']') {
		return
	}
	c.expect('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			break
		}
		if string(key) == "function" {
			w.mark(c, keyFunction)
			w.function(c)
			continue
		}
		c.skip(0)
	}
	c.expect(']')
}

func (w *chatFields) function(c *jsonScanner) {
	c.expect('{')
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
