package chat

// The body of POST /v1/responses. The system message is the instructions; a call and its text are
// two items of the input:
//
//	"instructions":"…","input":[
//	  {"type":"message","role":"user","content":[{"type":"input_text","text":"…"}]},
//	  {"type":"message","role":"assistant","content":[{"type":"output_text","text":"…"}]},
//	  {"type":"function_call","call_id":"call_00000007","name":"read_file","arguments":"{\"path\":\"…\"}"},
//	  {"type":"function_call_output","call_id":"call_00000007","output":"…"}]
func responsesGrammar() grammar {
	return grammar{
		defaults: func(model string) []field {
			return []field{
				{"model", verbatim(model)},
				{"stream", true},
				{"store", false},
				{"max_output_tokens", placeholder},
			}
		},
		tool:    writeResponsesTool,
		open:    openResponses,
		message: writeResponsesMessage,
		shut:    func(f *frame) { f.add(`]`) },
	}
}

func writeResponsesTool(f *frame, t Tool) {
	f.add(`{"type":"function","name":`)
	f.quote(t.Name)
	f.add(`,"description":`)
	f.quote(t.Description)
	f.add(`,"parameters":`)
	f.schema(t)
	f.add(`,"strict":false}`)
}

func openResponses(f *frame, c Conversation) {
	if c.Len() > 0 {
		if m := c.Message(0); m.Role == System {
			f.add(`"instructions":"`)
			f.text(m.Text)
			f.add(`",`)
		}
	}
	f.add(`"input":[`)
	f.turn = nobody
}

func writeResponsesMessage(f *frame, _ int, m Message) {
	switch m.Role {
	case System:
		return // the instructions
	case User:
		writeResponsesText(f, `"user","content":[{"type":"input_text","text":"`, m.Text)
	case Assistant:
		if m.Text.Len() > 0 || m.Call.ID == 0 {
			writeResponsesText(f, `"assistant","content":[{"type":"output_text","text":"`, m.Text)
		}
		if m.Call.ID != 0 {
			writeResponsesCall(f, m.Call)
		}
	case ToolResult:
		f.item()
		f.add(`{"type":"function_call_output","call_id":"`)
		f.id("call_", m.Call.ID)
		f.add(`","output":"`)
		f.text(m.Text)
		f.add(`"}`)
	}
}

func writeResponsesText(f *frame, role string, t Text) {
	f.item()
	f.add(`{"type":"message","role":`)
	f.add(role)
	f.text(t)
	f.add(`"}]}`)
}

func writeResponsesCall(f *frame, c Call) {
	f.item()
	f.add(`{"type":"function_call","call_id":"`)
	f.id("call_", c.ID)
	f.add(`","name":`)
	f.quote(c.Name)
	f.add(`,"arguments":"`)
	f.arguments(c)
	f.add(`"}`)
}

// item separates the items of a list whose length differs from the number of messages.
func (f *frame) item() {
	if f.turn != nobody {
		f.add(`,`)
	}
	f.turn = machine
}
