package chat

import (
	"bytes"
	"encoding/json"

	"github.com/firsttoken/firsttoken/internal/sse"
)

// anthropicDecoder reads the events of Anthropic Messages:
//
//	message_start        model, usage of the prompt
//	content_block_start  a tool_use block's name is generated, and a token
//	content_block_delta  text_delta, thinking_delta, input_json_delta; not signature_delta
//	ping                 nothing
//	message_delta        stop_reason, usage so far
//	message_stop         the finish marker
//	error                overloaded_error and others, after a 200
type anthropicDecoder struct {
	slow         bool // never read in place; for comparison in tests
	model        string
	stop         string
	start, final []byte // usage, verbatim
}

type anthropicEvent struct {
	complaint // its Message is also message_start's
	Block     *struct {
		Type json.RawMessage `json:"type"`
	} `json:"content_block"`
	Delta *anthropicDelta `json:"delta"`
	Usage json.RawMessage `json:"usage"`
}

type anthropicDelta struct {
	Text     json.RawMessage `json:"text"`
	Thinking json.RawMessage `json:"thinking"`
	Partial  json.RawMessage `json:"partial_json"`
	Stop     json.RawMessage `json:"stop_reason"`
}

func (d *anthropicDecoder) event(ev sse.Event) (delta, *failure) {
	if !d.slow && hot(ev.Name) {
		if dl, ok := anthropicInPlace(ev.Data); ok {
			return dl, nil
		}
	}
	if string(ev.Name) == "ping" || isDone(ev.Data) {
		return delta{}, nil
	}
	var e anthropicEvent
	if f := parse(ev.Data, &e); f != nil {
		return delta{}, f
	}
	kind := words(e.Type)
	if kind == "" {
		kind = string(ev.Name)
	}
	if kind == "error" || string(ev.Name) == "error" || e.found(kind == "") {
		return delta{}, e.failure()
	}
	return d.read(kind, &e)
}

func (d *anthropicDecoder) read(kind string, e *anthropicEvent) (delta, *failure) {
	switch kind {
	case "message_start":
		return delta{signal: life}, d.begin(e.Message)
	case "content_block_start":
		if e.Block != nil && words(e.Block.Type) == "tool_use" {
			return delta{signal: life | call}, nil
		}
		return delta{signal: life}, nil
	case "content_block_delta":
		return e.Delta.read(), nil
	case "content_block_stop":
		return delta{signal: life}, nil
	case "message_delta":
		if e.Delta != nil {
			d.stop = words(e.Delta.Stop)
		}
		if present(e.Usage) {
			d.final = bytes.Clone(e.Usage)
		}
		return delta{signal: life}, nil
	case "message_stop":
		return delta{signal: finished}, nil
	}
	return delta{}, nil // ping, and whatever comes to be
}

func (d *anthropicDecoder) begin(message json.RawMessage) *failure {
	var m struct {
		Model json.RawMessage `json:"model"`
		Usage json.RawMessage `json:"usage"`
	}
	if !present(message) {
		return nil
	}
	if f := parse(message, &m); f != nil {
		return f
	}
	d.model = words(m.Model)
	if present(m.Usage) {
		d.start = bytes.Clone(m.Usage)
	}
	return nil
}

// read goes by which field is filled, as compatible servers differ in the delta's type.
func (a *anthropicDelta) read() delta {
	if a == nil {
		return delta{signal: life}
	}
	sig := text.in(a.Text) | reasoning.in(a.Thinking) | call.in(a.Partial)
	return delta{signal: life | sig, visible: piece(a.Text)}
}

func (d *anthropicDecoder) settle(x *Exchange) {
	x.Finish = d.stop
	x.Identity.Model = d.model
	x.Usage.Verbatim = bothUsages(d.start, d.final)
}

// anthropicInPlace reads content_block_delta without allocating.
//
//	{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"…"}}
func anthropicInPlace(data []byte) (delta, bool) {
	c := cursor{b: data}
	var typed, read bool
	var dl delta
	c.must('{')
	for first := true; ; first = false {
		key, ok := c.key(first)
		if !ok {
			break
		}
		switch string(key) {
		case "type":
			kind, _ := c.str()
			if typed || string(kind) != "content_block_delta" {
				return delta{}, false
			}
			typed = true
		case "delta":
			if read {
				return delta{}, false
			}
			read = true
			dl = anthropicDeltaInPlace(&c)
		case "index":
			c.skip(0)
		default: // an error, or a stranger
			return delta{}, false
		}
	}
	if !c.end() || !typed || dl.signal&token == 0 {
		return delta{}, false
	}
	dl.signal |= life
	return dl, true
}

func anthropicDeltaInPlace(c *cursor) (dl delta) {
	c.must('{')
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
		s := c.optional()
		if len(s) == 0 || dl.signal != 0 { // two at once are left to the other reader
			c.fail()
		}
		dl.signal = sig
		if sig == text {
			dl.visible = s
		}
	}
}
