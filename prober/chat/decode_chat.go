package chat

import (
	"bytes"
	"encoding/json"

	"github.com/firsttoken/firsttoken/internal/sse"
)

// chatDecoder reads chat.completion.chunk events and those of legacy completions:
//
//	data: {"choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}],"usage":null,…}
//	data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],…}
//	data: {"choices":[],"usage":{…}}
//	data: [DONE]
//
// A stream is finished only by a finish_reason and [DONE] together: [DONE] alone also follows the error
// events of vLLM and SGLang.
type chatDecoder struct {
	legacy      bool // completions: choices[].text only
	noFastPath  bool // for comparison in tests
	begun       bool // a token has come
	quirks      Quirks
	choice      string // index of the one that is followed, as it was written; empty until one was
	model       string
	fingerprint string
	finish      string
	usage       []byte // verbatim
}

type chatChunk struct {
	errorObject
	Model       json.RawMessage `json:"model"`
	Fingerprint json.RawMessage `json:"system_fingerprint"`
	Choices     []chatChoice    `json:"choices"`
	Usage       json.RawMessage `json:"usage"`
	Groq        *struct {
		Usage json.RawMessage `json:"usage"`
	} `json:"x_groq"`
}

type chatChoice struct {
	Index  json.RawMessage `json:"index"`
	Delta  *chatDelta      `json:"delta"`
	Text   json.RawMessage `json:"text"`
	Finish json.RawMessage `json:"finish_reason"`
	Usage  json.RawMessage `json:"usage"` // Kimi
}

type chatDelta struct {
	Role             json.RawMessage `json:"role"`
	Content          json.RawMessage `json:"content"`
	Reasoning        json.RawMessage `json:"reasoning"`
	ReasoningContent json.RawMessage `json:"reasoning_content"`
	ReasoningDetails json.RawMessage `json:"reasoning_details"` // MiniMax alone, OpenRouter beside reasoning
	Refusal          json.RawMessage `json:"refusal"`
	ToolCalls        []chatCall      `json:"tool_calls"`
	FunctionCall     *chatFunction   `json:"function_call"`
}

type chatCall struct {
	Function *chatFunction `json:"function"`
	Custom   *struct {
		Name  json.RawMessage `json:"name"`
		Input json.RawMessage `json:"input"`
	} `json:"custom"`
}

func (d *delta) addCall(c *chatCall) {
	d.addFunction(c.Function)
	if c.Custom != nil {
		d.add(call, c.Custom.Name)
		d.add(call, c.Custom.Input)
	}
}

type chatFunction struct {
	Name      json.RawMessage `json:"name"`
	Arguments json.RawMessage `json:"arguments"`
}

func (d *chatDecoder) event(ev sse.Event) (delta, *failure) {
	named := len(ev.Name) > 0 && string(ev.Name) != "message"
	if !named && !d.noFastPath {
		if dl, ok := d.fast(ev.Data); ok {
			d.quirks.addIf(d.finish != "", QuirkTokenAfterEnd)
			d.begun = d.begun || dl.signal&token != 0
			return dl, nil
		}
	}
	if isDone(ev.Data) {
		if d.finish == "" {
			return delta{}, &failure{cause: CauseNoFinish, text: "[DONE] without a finish_reason"}
		}
		return delta{signal: finished}, nil
	}
	var chunk chatChunk
	if f := parse(ev.Data, &chunk); f != nil {
		if named && string(ev.Name) != "error" {
			return delta{}, nil // Dynamo's annotations and the like
		}
		return delta{}, f
	}
	if string(ev.Name) == "error" || chunk.found(chunk.Choices == nil && !named) {
		return delta{}, chunk.failure()
	}
	return d.chunk(&chunk)
}

// chunk reads a decoded event that is not an error.
func (d *chatDecoder) chunk(c *chatChunk) (delta, *failure) {
	if m := scalar(c.Model); d.model == "" {
		d.model = m
	} else if m != "" && m != d.model {
		d.quirks.add(QuirkModelChanged)
	}
	if d.fingerprint == "" {
		d.fingerprint = scalar(c.Fingerprint)
	}
	d.keepUsage(c)
	dl := delta{signal: activity}
	if len(c.Choices) == 0 {
		return dl, nil
	}
	choice := d.follow(c.Choices)
	if choice == nil {
		return dl, nil
	}
	dl.addChoice(choice, d.legacy)
	d.quirks.addIf(d.finish != "" && dl.signal&token != 0, QuirkTokenAfterEnd)
	finish := scalar(choice.Finish)
	if finish != "" {
		d.finish = finish
	}
	if d.begun && finish == "" && dl.signal&token == 0 && choice.empty(d.legacy) {
		dl.signal |= progress
	}
	d.begun = d.begun || dl.signal&token != 0
	if finish == "error" { // what it says comes with it, and often nothing after it
		return dl, finishFailure(finish)
	}
	return dl, nil
}

// follow finds the choice whose stream is reported: the one that was seen first. nil is none of them. Several are
// several answers at once, of which one user sees one.
func (d *chatDecoder) follow(choices []chatChoice) *chatChoice {
	d.quirks.addIf(len(choices) > 1, QuirkOtherChoice)
	for i := range choices {
		index := string(choices[i].Index)
		if !present(choices[i].Index) || d.choice == "" || d.choice == index {
			if present(choices[i].Index) {
				d.choice = index
			}
			return &choices[i]
		}
	}
	d.quirks.add(QuirkOtherChoice)
	return nil
}

// keepUsage keeps the last usage that a chunk holds, in any of the places where vendors put it. A later one that counts
// nothing does not take back what was counted.
func (d *chatDecoder) keepUsage(c *chatChunk) {
	places := []json.RawMessage{c.Usage}
	if len(c.Choices) > 0 {
		places = append(places, c.Choices[0].Usage)
	}
	if c.Groq != nil {
		places = append(places, c.Groq.Usage)
	}
	for _, usage := range places {
		if present(usage) && (d.usage == nil || !isZero(usage)) {
			d.usage = append(d.usage[:0], usage...)
			return
		}
	}
}

// addChoice takes in what a choice carries. Reasoning that comes under several names is one piece of several times the
// size.
func (d *delta) addChoice(c *chatChoice, legacy bool) {
	if parts := c.Delta; parts != nil && !legacy {
		d.addContent(text, parts.Content)
		d.add(refusal, parts.Refusal)
		d.add(reasoning, parts.Reasoning)
		d.add(reasoning, parts.ReasoningContent)
		d.addContent(reasoning, parts.ReasoningDetails)
		for i := range parts.ToolCalls {
			d.addCall(&parts.ToolCalls[i])
		}
		d.addFunction(parts.FunctionCall)
	}
	d.add(text, c.Text)
}

// addContent takes in a content that is a string, or Mistral's list of parts, of which some are thinking.
//
//	[{"type":"thinking","thinking":[{"type":"text","text":"…"}]},{"type":"text","text":"…"}]
func (d *delta) addContent(sig signal, content json.RawMessage) {
	if len(content) == 0 || content[0] != '[' {
		d.add(sig, content)
		return
	}
	var parts []struct {
		Text     json.RawMessage `json:"text"`
		Thinking json.RawMessage `json:"thinking"`
	}
	if json.Unmarshal(content, &parts) != nil {
		return
	}
	for _, p := range parts {
		d.add(sig, p.Text)
		d.addContent(reasoning, p.Thinking)
	}
}

func (d *delta) addFunction(f *chatFunction) {
	if f != nil {
		d.add(call, f.Name)
		d.add(call, f.Arguments)
	}
}

// empty reports whether the choice has an empty text and nothing else. TensorRT-LLM sends such choices
// for tokens without text of their own, such as a part of a character, so that a client sees that
// decoding goes on. Before the first token an empty text only announces the role.
func (c *chatChoice) empty(legacy bool) bool {
	if legacy || c.Delta == nil {
		return string(c.Text) == `""`
	}
	return string(c.Delta.Content) == `""` && !present(c.Delta.Role) && len(c.Delta.ToolCalls) == 0
}

func (d *chatDecoder) settle(x *Exchange) {
	x.Finish = d.finish
	x.Identity.Model, x.Identity.Fingerprint = d.model, d.fingerprint
	x.Usage.Verbatim = bytes.Clone(d.usage)
	x.Quirks |= d.quirks
}
