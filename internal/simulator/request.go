package simulator

import (
	"bytes"
	"fmt"
)

// request is what the simulator reads of a request body of any dialect. Its byte slices point into the body.
type request struct {
	model     string
	stream    bool
	usage     bool // stream_options.include_usage
	maxTokens int
	minTokens int
	ignoreEOS bool
	tools     []byte // raw
	toolName  string // of the first tool
	system    []byte // raw: a string or blocks, before the messages
	marks     bool   // the prompt marks what to cache
	messages  []byte // raw: messages, input items, or the prompt of legacy completions
}

// parseRequest reads the top level, whose keys differ little between dialects.
func parseRequest(body []byte) (*request, error) {
	r := &request{}
	w := &walker{text: body}
	w.object(func(key string) {
		switch key {
		case "model":
			r.model = string(w.str())
		case "stream":
			r.stream = w.boolean()
		case "stream_options":
			r.options(w)
		case "max_tokens", "max_completion_tokens", "max_output_tokens":
			r.maxTokens = w.number()
		case "min_tokens":
			r.minTokens = w.number()
		case "ignore_eos":
			r.ignoreEOS = w.boolean()
		case "tools":
			r.tools = w.raw()
		case "system", "instructions":
			r.system = w.raw()
		case "messages", "input", "prompt":
			r.messages = w.raw()
		default:
			w.raw()
		}
	})
	if err := w.end(); err != nil {
		return nil, err
	}
	r.toolName = firstTool(r.tools)
	r.marks = bytes.Contains(body, []byte(`"cache_control"`)) // in a text, its quotes would be escaped
	return r, r.check()
}

func (r *request) options(w *walker) {
	if w.peek() != '{' {
		w.raw()
		return
	}
	w.object(func(key string) {
		if key == "include_usage" {
			r.usage = w.boolean()
			return
		}
		w.raw()
	})
}

func (r *request) check() error {
	switch {
	case r.messages == nil:
		return fmt.Errorf("the prompt is missing")
	case r.maxTokens < 0 || r.minTokens < 0:
		return fmt.Errorf("max_tokens and min_tokens must not be negative")
	case !r.stream:
		return fmt.Errorf("this server only streams: set \"stream\": true")
	}
	return nil
}

// firstTool is the name of the first tool: {"function":{"name":…}} or {"name":…}.
func firstTool(tools []byte) string {
	name := ""
	w := &walker{text: tools}
	var field func(key string)
	field = func(key string) {
		switch {
		case key == "function" && w.peek() == '{':
			w.object(field)
		case key == "name" && name == "" && w.peek() == '"':
			name = string(w.str())
		default:
			w.raw()
		}
	}
	if w.peek() == '[' {
		w.array(func() {
			if w.peek() != '{' {
				w.raw()
				return
			}
			w.object(field)
		})
	}
	return name
}
