package simulator

import "fmt"

// responsesFraming is OpenAI's Responses stream: every event is numbered, and every item is repeated as a whole
// when it is done.
//
// Source: OpenAI's API reference, "Streaming events".
func responsesFraming(a answerInfo) framing {
	f := framing{vendor: openAI, keepText: true, ping: []byte(": ping\n\n")}
	response := func(status, more string) string {
		return fmt.Sprintf(`{"id":"resp_%s","object":"response","created_at":%d,"status":"%s","model":%s%s}`,
			a.id, a.created, status, quoted(a.model), more)
	}
	f.admitted = []byte(numbered("response.created", `"response":`+response("in_progress", `,"output":[]`)) +
		numbered("response.in_progress", `"response":`+response("in_progress", `,"output":[]`)))
	index := 0
	if a.hidden > 0 { // reasoning that is not shown is an item without content
		item := func(status string) string {
			return fmt.Sprintf(`{"id":"rs_hidden_%s","type":"reasoning","status":"%s","summary":[]}`, a.id, status)
		}
		f.thinking = []byte(numbered("response.output_item.added", itemField(index, item("in_progress"))))
		f.thought = []byte(numbered("response.output_item.done", itemField(index, item("completed"))))
		index++
	}
	for c := range channels {
		if c == reasoning && a.reasoned == 0 {
			continue
		}
		f.item(c, index, a)
		index++
	}
	f.end = func(how ending, u Usage) []byte { return responseEnd(a, response, how, u) }
	return f
}

// responseEnd is the last event. An engine that gives up completes a response whose status is failed.
func responseEnd(a answerInfo, response func(status, more string) string, how ending, u Usage) []byte {
	name, status, more := "response.completed", "completed", `,"incomplete_details":null`
	switch {
	case how.reason != "":
		status = "failed"
		more += fmt.Sprintf(`,"error":{"code":"server_error","message":%s}`, quoted(how.reason))
	case how.finish == lengthReached:
		name, status = "response.incomplete", "incomplete"
		more = `,"incomplete_details":{"reason":"max_output_tokens"}`
	}
	more += fmt.Sprintf(`,"output":[],"system_fingerprint":%s,"usage":%s`, quoted(a.fingerprint), responsesUsage(a, u))
	return []byte(numbered(name, `"response":`+response(status, more)))
}

func responsesUsage(a answerInfo, u Usage) string {
	if a.noUsage {
		return "null"
	}
	return fmt.Sprintf(`{"input_tokens":%d,"input_tokens_details":{"cached_tokens":%d},"output_tokens":%d,`+
		`"output_tokens_details":{"reasoning_tokens":%d},"total_tokens":%d}`,
		u.Prompt, u.Cached, u.Output, a.reasoned+a.hidden, total(u.Prompt, u.Output))
}

// item fills in the events of one output item.
func (f *framing) item(c channel, index int, a answerInfo) {
	id := [channels]string{reasoning: "rs_", text: "msg_", toolCall: "fc_"}[c] + a.id
	where := fmt.Sprintf(`"item_id":"%s","output_index":%d`, id, index)
	kind, key := "response.output_text", "text"
	opened := numbered("response.output_item.added", itemField(index, outputItem(c, id, "in_progress", "", a)))
	closed := ""
	switch c {
	case text:
		where += `,"content_index":0`
		opened += numbered("response.content_part.added", where+textPart(""))
		closed = numbered("response.content_part.done", where+textPart("\x01"))
	case reasoning:
		where += `,"content_index":0`
		kind = "response.reasoning_text"
	case toolCall:
		kind, key = "response.function_call_arguments", "arguments"
	default: // there is no other channel
	}
	f.open[c] = []byte(opened)
	f.before[c] = fmt.Appendf(nil, "event: %s.delta\ndata: {\"type\":\"%s.delta\",%s,\"delta\":\"", kind, kind, where)
	f.after[c] = []byte("\",\"sequence_number\":\x00}\n\n")
	f.close[c] = []byte(numbered(kind+".done", where+`,"`+key+`":"`+"\x01"+`"`) + closed +
		numbered("response.output_item.done", itemField(index, outputItem(c, id, "completed", "\x01", a))))
}

func itemField(index int, item string) string {
	return fmt.Sprintf(`"output_index":%d,"item":%s`, index, item)
}

func textPart(content string) string {
	return `,"part":{"type":"output_text","annotations":[],"text":"` + content + `"}`
}

// outputItem is an item as a whole, with its content so far.
func outputItem(c channel, id, status, content string, a answerInfo) string {
	switch c {
	case reasoning:
		return fmt.Sprintf(`{"id":"%s","type":"reasoning","status":"%s","summary":[],`+
			`"content":[{"type":"reasoning_text","text":"%s"}]}`, id, status, content)
	case toolCall:
		return fmt.Sprintf(`{"id":"%s","type":"function_call","status":"%s","call_id":"call_%s","name":%s,"arguments":"%s"}`,
			id, status, a.id, quoted(a.tool), content)
	default:
		return fmt.Sprintf(`{"id":"%s","type":"message","status":"%s","role":"assistant",`+
			`"content":[{"type":"output_text","annotations":[],"text":"%s"}]}`, id, status, content)
	}
}

// numbered is an event with its type and its number.
func numbered(name, fields string) string {
	return event(name, `{"type":"`+name+`",`+fields+`,"sequence_number":`+"\x00"+`}`)
}
