package chat

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/firsttoken/firsttoken/internal/sse"
)

// responsesDecoder reads the events of the OpenAI Responses API:
//
//	response.created, response.in_progress      life; they may repeat the whole request
//	response.output_item.added                  a function_call's name is generated, and a token
//	response.*.delta                            text, reasoning and its summary, refusal, arguments
//	response.completed | incomplete             the finish markers, with usage
//	response.failed | response.cancelled | error
type responsesDecoder struct {
	slow   bool // never read in place; for comparison in tests
	model  string
	finish string
	usage  []byte // verbatim
}

type responsesEvent struct {
	complaint
	Delta    json.RawMessage `json:"delta"`
	Item     *responsesItem  `json:"item"`
	Response *responsesState `json:"response"`
}

type responsesItem struct {
	Type json.RawMessage `json:"type"`
	Name json.RawMessage `json:"name"`
}

type responsesState struct {
	Model      json.RawMessage `json:"model"`
	Status     json.RawMessage `json:"status"`
	Usage      json.RawMessage `json:"usage"`
	Error      json.RawMessage `json:"error"`
	Incomplete *struct {
		Reason json.RawMessage `json:"reason"`
	} `json:"incomplete_details"`
}

func (d *responsesDecoder) event(ev sse.Event) (delta, *failure) {
	if !d.slow && hot(ev.Name) {
		if dl, ok := responsesInPlace(ev.Data); ok {
			return dl, nil
		}
	}
	if isDone(ev.Data) {
		return delta{}, nil
	}
	var e responsesEvent
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

func (d *responsesDecoder) read(kind string, e *responsesEvent) (delta, *failure) {
	if channel, ok := channelOf(kind); ok {
		sig := channel.in(e.Delta)
		dl := delta{signal: life | sig}
		if sig == text {
			dl.visible = piece(e.Delta)
		}
		return dl, nil
	}
	d.state(e.Response)
	switch kind {
	case "response.output_item.added":
		return delta{signal: life | e.Item.signal()}, nil
	case "response.completed", "response.incomplete":
		return delta{signal: finished}, d.end(kind, e.Response)
	case "response.failed", "response.cancelled":
		return delta{}, e.Response.failure()
	case "keepalive", "ping":
		return delta{}, nil
	}
	if strings.HasPrefix(kind, "response.") {
		return delta{signal: life}, nil
	}
	return delta{}, nil
}

// channelOf sorts the deltas; all that is neither reasoning nor refusal nor text, such as arguments
// of functions and input of tools, is a call.
func channelOf(kind string) (signal, bool) {
	if !strings.HasPrefix(kind, "response.") || !strings.HasSuffix(kind, ".delta") {
		return 0, false
	}
	switch {
	case strings.Contains(kind, "reasoning"):
		return reasoning, true
	case strings.Contains(kind, "refusal"):
		return refusal, true
	case kind == "response.output_text.delta":
		return text, true
	}
	return call, true
}

func (i *responsesItem) signal() signal {
	if i == nil || !strings.HasSuffix(words(i.Type), "_call") {
		return 0
	}
	return call.in(i.Name)
}

// state notes what a response object says of itself.
func (d *responsesDecoder) state(r *responsesState) {
	if r == nil {
		return
	}
	if m := words(r.Model); m != "" {
		d.model = m
	}
	if present(r.Usage) {
		d.usage = bytes.Clone(r.Usage)
	}
}

// end takes the reason of an incomplete response, else its status, as the finish.
func (d *responsesDecoder) end(kind string, r *responsesState) *failure {
	d.finish = strings.TrimPrefix(kind, "response.")
	if r == nil {
		return nil
	}
	if r.Incomplete != nil && words(r.Incomplete.Reason) != "" {
		d.finish = words(r.Incomplete.Reason)
	}
	if present(r.Error) {
		return r.failure()
	}
	return nil
}

func (r *responsesState) failure() *failure {
	if r == nil {
		return broken("response failed")
	}
	c := complaint{Error: r.Error}
	return c.failure()
}

func (d *responsesDecoder) settle(x *Exchange) {
	x.Finish = d.finish
	x.Identity.Model = d.model
	x.Usage.Verbatim = d.usage
}

// responsesInPlace reads a delta without allocating.
//
//	{"type":"response.output_text.delta","item_id":"…","output_index":0,"sequence_number":9,"delta":"…"}
func responsesInPlace(data []byte) (delta, bool) {
	c := cursor{b: data}
	var kind, piece []byte
	c.must('{')
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
			if kind, escaped = c.str(); escaped {
				c.fail()
			}
		case "delta":
			if piece != nil {
				c.fail()
			}
			piece, _ = c.str()
		case "item_id", "output_index", "content_index", "summary_index", "sequence_number", "logprobs", "obfuscation":
			c.skip(0)
		default: // an error, or a stranger
			return delta{}, false
		}
	}
	channel, ok := hotChannel(kind)
	if !c.end() || !ok || len(piece) == 0 {
		return delta{}, false
	}
	dl := delta{signal: life | channel}
	if channel == text {
		dl.visible = piece
	}
	return dl, true
}

// hotChannel is channelOf for the kinds that come by the hundred, without a string.
func hotChannel(kind []byte) (signal, bool) {
	switch string(kind) {
	case "response.output_text.delta":
		return text, true
	case "response.reasoning_text.delta", "response.reasoning_summary_text.delta":
		return reasoning, true
	case "response.function_call_arguments.delta":
		return call, true
	case "response.refusal.delta":
		return refusal, true
	}
	return 0, false
}
