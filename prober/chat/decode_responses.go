package chat

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/firsttoken/firsttoken/internal/sse"
)

// responsesDecoder reads the events of the OpenAI Responses API:
//
//	response.created, response.in_progress      activity; they may repeat the whole request
//	response.output_item.added                  the name of a function_call, which counts as a token
//	response.*.delta                            text, reasoning and its summary, refusal, arguments
//	response.completed | incomplete             the finish markers, with usage
//	response.failed | response.cancelled | error
type responsesDecoder struct {
	noFastPath bool // for comparison in tests
	opened     bool
	model      string
	changed    bool // the model
	reasons    bool
	finish     string
	usage      []byte // verbatim
}

type responsesEvent struct {
	errorObject
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

// event repeats the steps of anthropicDecoder for other types: one function for both would need type parameters, and
// an indirect call for each token.
func (d *responsesDecoder) event(ev sse.Event) (delta, *failure) {
	if !d.noFastPath && mayBeDelta(ev.Name) {
		if dl, ok := responsesFast(ev.Data); ok {
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
	kind, failed := e.kind(ev)
	if failed {
		return delta{}, e.failure()
	}
	return d.read(kind, &e)
}

func (d *responsesDecoder) read(kind string, e *responsesEvent) (delta, *failure) {
	if channel, ok := channelOf(kind); ok {
		dl := delta{signal: activity}
		dl.add(channel, e.Delta)
		return dl, nil
	}
	d.state(e.Response)
	switch kind {
	case "response.created", "response.queued", "response.in_progress":
		d.opened = true
	case "response.output_item.added":
		d.reasons = d.reasons || e.Item != nil && scalar(e.Item.Type) == "reasoning"
		return e.Item.read(), nil
	case "response.completed", "response.incomplete", "response.done": // OpenRouter's beta says done
		return delta{signal: finished}, d.end(kind, e.Response)
	case "response.failed", "response.cancelled":
		return delta{}, e.Response.failure()
	case "keepalive", "ping":
		return delta{}, nil
	}
	if strings.HasPrefix(kind, "response.") {
		return delta{signal: activity}, nil
	}
	return delta{}, nil
}

// channelOf sorts the deltas. Whatever is not reasoning, refusal or text, such as the arguments of a
// function or the input of a tool, is a call.
func channelOf(kind string) (signal, bool) {
	if !strings.HasPrefix(kind, "response.") || !strings.HasSuffix(kind, ".delta") {
		return 0, false
	}
	switch {
	case strings.Contains(kind, "reasoning_summary"):
		return reasoning | retold, true
	case strings.Contains(kind, "reasoning"):
		return reasoning, true
	case strings.Contains(kind, "refusal"):
		return refusal, true
	case kind == "response.output_text.delta":
		return text, true
	}
	return call, true
}

func (i *responsesItem) read() delta {
	dl := delta{signal: activity}
	if i != nil && strings.HasSuffix(scalar(i.Type), "_call") {
		dl.add(call, i.Name)
	}
	return dl
}

// state notes the model and the usage of a response object.
func (d *responsesDecoder) state(r *responsesState) {
	if r == nil {
		return
	}
	if m := scalar(r.Model); d.model == "" {
		d.model = m
	} else if m != "" && m != d.model {
		d.changed = true
	}
	if present(r.Usage) {
		d.usage = bytes.Clone(r.Usage)
	}
}

// end takes the reason of an incomplete response as the finish, else its status.
func (d *responsesDecoder) end(kind string, r *responsesState) *failure {
	d.finish = strings.TrimPrefix(kind, "response.")
	if d.finish == "done" {
		d.finish = "completed"
	}
	if r == nil {
		return nil
	}
	if r.Incomplete != nil && scalar(r.Incomplete.Reason) != "" {
		d.finish = scalar(r.Incomplete.Reason)
	}
	if status := scalar(r.Status); finishFailure(status) != nil {
		d.finish = status
	}
	if present(r.Error) {
		return r.failure()
	}
	return nil
}

func (r *responsesState) failure() *failure {
	if r == nil || !present(r.Error) {
		return &failure{cause: CauseErrorEvent, text: "response failed"}
	}
	e := errorObject{Error: r.Error}
	return e.failure()
}

func (d *responsesDecoder) settle(x *Exchange) {
	x.Finish, x.Reasons = d.finish, d.reasons
	x.Identity.Model = d.model
	x.Usage.Verbatim = d.usage
	x.Quirks.addIf(!d.opened, QuirkNoOpening)
	x.Quirks.addIf(d.changed, QuirkModelChanged)
}
