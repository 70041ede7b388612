package simulator

// prompt builds the prompt in the order of an engine's chat template: tools, system, messages. It leaves out
// marks for a vendor's cache (cache_control) and ids: they are not part of the text, and they move from
// turn to turn.
func (r *request) prompt(p Profile) (*Prompt, error) {
	b := &promptBuilder{prompt: NewPrompt(p)}
	if len(r.tools) > 0 {
		b.prompt.Message("tools")
		b.prompt.Text(r.tools)
	}
	if len(r.system) > 0 {
		b.prompt.Message("system")
		b.content(&walker{text: r.system})
	}
	w := &walker{text: r.messages}
	b.all(w)
	if err := w.end(); err != nil {
		return nil, err
	}
	return b.prompt.Done(), b.err
}

type promptBuilder struct {
	prompt *Prompt
	err    error
}

func (b *promptBuilder) all(w *walker) {
	if w.peek() != '[' {
		b.prompt.Message("prompt")
		b.prompt.Text(w.textOrNull())
		return
	}
	w.array(func() {
		if w.peek() == '"' { // a list of prompts
			b.prompt.Message("prompt")
			b.prompt.Text(w.str())
			return
		}
		b.message(w)
	})
}

// message reads a message of a chat, or an item of a Responses input. Its role comes first in the prompt,
// wherever the object has it.
func (b *promptBuilder) message(w *walker) {
	role, kind := "", ""
	var parts [][]byte
	w.object(func(key string) {
		switch key {
		case "role":
			role = string(w.str())
		case "type":
			kind = string(w.str())
		case "content", "output", "tool_calls", "function_call", "name", "arguments":
			parts = append(parts, w.raw())
		default:
			w.raw()
		}
	})
	if w.err != nil {
		return
	}
	if role == "" {
		role = kind
	}
	b.prompt.Message(role)
	for _, part := range parts {
		b.content(&walker{text: part})
	}
}

// content feeds every text inside a value: a string, or blocks of any vendor's shape.
func (b *promptBuilder) content(w *walker) {
	switch w.peek() {
	case '"':
		b.prompt.Text(w.str())
	case '[':
		w.array(func() { b.content(w) })
	case '{':
		w.object(func(key string) { b.field(w, key) })
	default:
		w.literal()
	}
}

func (b *promptBuilder) field(w *walker, key string) {
	switch key {
	case "text", "thinking", "name", "arguments", "content", "output", "function", "refusal":
		b.content(w)
	case "input":
		b.prompt.Text(w.raw())
	default: // type, id, cache_control, …
		w.raw()
	}
}
