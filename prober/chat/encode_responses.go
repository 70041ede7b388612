package chat

// responsesGrammar writes the body of POST /v1/responses. The system message becomes the instructions; a
// tool call and the text before it are two items of the input. Content is plain text (the EasyInputMessage of
// OpenAI's types): strict servers, vLLM among them, want an id, a status and annotations of an output_text.
//
//	"instructions":"…","input":[
//	  {"type":"message","role":"user","content":"…"},
//	  {"type":"message","role":"assistant","content":"…"},
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
		shut:    func(s *segments) { s.add(`]`) },
	}
}

func writeResponsesTool(s *segments, t Tool) {
	s.add(`{"type":"function","name":`)
	s.quote(t.Name)
	s.add(`,"description":`)
	s.quote(t.Description)
	s.add(`,"parameters":`)
	s.schema(t)
	s.add(`,"strict":false}`)
}

func openResponses(s *segments, c Conversation) {
	if c.Len() > 0 {
		if m := c.Message(0); m.Role == System {
			s.add(`"instructions":"`)
			s.text(m.Text)
			s.add(`",`)
		}
	}
	s.add(`"input":[`)
	s.listed = false
}

func writeResponsesMessage(s *segments, _ int, m Message) {
	switch m.Role {
	case System:
		return // the instructions
	case User:
		writeResponsesText(s, `"user"`, m.Text)
	case Assistant:
		if m.Text.Len() > 0 || m.Call.ID == 0 {
			writeResponsesText(s, `"assistant"`, m.Text)
		}
		if m.Call.ID != 0 {
			writeResponsesCall(s, m.Call)
		}
	case ToolResult:
		s.item()
		s.add(`{"type":"function_call_output","call_id":"`)
		s.id("call_", m.Call.ID)
		s.add(`","output":"`)
		s.text(m.Text)
		s.add(`"}`)
	}
}

func writeResponsesText(s *segments, role string, t Text) {
	s.item()
	s.add(`{"type":"message","role":`)
	s.add(role)
	s.add(`,"content":"`)
	s.text(t)
	s.add(`"}`)
}

func writeResponsesCall(s *segments, c Call) {
	s.item()
	s.add(`{"type":"function_call","call_id":"`)
	s.id("call_", c.ID)
	s.add(`","name":`)
	s.quote(c.Name)
	s.add(`,"arguments":"`)
	s.arguments(c)
	s.add(`"}`)
}

// item begins an item of the input. One message may become none, one or two of them.
func (s *segments) item() {
	if s.listed {
		s.add(`,`)
	}
	s.listed = true
}
