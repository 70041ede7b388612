package chat

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"github.com/firsttoken/firsttoken/internal/sse"
)

// anthropicDecoder reads the events of Anthropic Messages:
//
//	message_start        model, usage of the prompt
//	content_block_start  the name of a tool, which counts as a token
//	content_block_delta  text_delta, thinking_delta, input_json_delta; not signature_delta
//	ping                 nothing
//	message_delta        stop_reason, usage so far
//	message_stop         the finish marker
//	error                overloaded_error and others, after a 200
type anthropicDecoder struct {
	noFastPath   bool // for comparison in tests
	opened       bool
	late         bool // a token came after the stop reason
	model        string
	reasons      bool
	stop         string
	start, final []byte // usage, verbatim
}

type anthropicEvent struct {
	errorObject // its Message is also message_start's
	Block       *struct {
		Type     json.RawMessage `json:"type"`
		Text     json.RawMessage `json:"text"`
		Thinking json.RawMessage `json:"thinking"`
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
	if !d.noFastPath && mayBeDelta(ev.Name) {
		if dl, ok := anthropicFast(ev.Data); ok {
			d.late = d.late || d.stop != ""
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
	kind, failed := e.kind(ev)
	if failed {
		return delta{}, e.failure()
	}
	return d.read(kind, &e)
}

func (d *anthropicDecoder) read(kind string, e *anthropicEvent) (delta, *failure) {
	switch kind {
	case "message_start":
		d.opened = true
		return delta{signal: activity}, d.begin(e.Message)
	case "content_block_start":
		return d.block(e), nil
	case "content_block_delta":
		dl := e.Delta.read()
		d.late = d.late || d.stop != "" && dl.signal&token != 0
		return dl, nil
	case "content_block_stop":
		return delta{signal: activity}, nil
	case "message_delta":
		if e.Delta != nil {
			d.stop = cmp.Or(scalar(e.Delta.Stop), d.stop) // a second one may be about something else
		}
		if present(e.Usage) {
			d.final = bytes.Clone(e.Usage)
		}
		return delta{signal: activity}, nil
	case "message_stop":
		return delta{signal: finished}, nil
	}
	return delta{}, nil // ping, and event types that do not exist yet
}

// block is what the start of a content block carries. Compatible servers put the first text into it.
func (d *anthropicDecoder) block(e *anthropicEvent) delta {
	dl := delta{signal: activity}
	if e.Block == nil {
		return dl
	}
	kind := scalar(e.Block.Type)
	if strings.HasSuffix(kind, "tool_use") { // or server_tool_use
		dl.signal |= call
	}
	d.reasons = d.reasons || kind == "thinking" || kind == "redacted_thinking"
	dl.add(text, e.Block.Text)
	dl.add(reasoning, e.Block.Thinking)
	return dl
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
	d.model = scalar(m.Model)
	if present(m.Usage) {
		d.start = bytes.Clone(m.Usage)
	}
	return nil
}

// read goes by the field that is filled, because compatible servers differ in the delta's type.
func (a *anthropicDelta) read() delta {
	dl := delta{signal: activity}
	if a != nil {
		dl.add(text, a.Text)
		dl.add(reasoning, a.Thinking)
		dl.add(call, a.Partial)
	}
	return dl
}

func (d *anthropicDecoder) settle(x *Exchange) {
	x.Finish, x.Reasons = d.stop, d.reasons
	x.Identity.Model = d.model
	x.Usage.Verbatim = bothUsages(d.start, d.final)
	x.Quirks.addIf(!d.opened, QuirkNoOpening)
	x.Quirks.addIf(d.late, QuirkTokenAfterEnd)
}
