package chat

// chatGrammar writes the body of POST /v1/chat/completions:
//
//	{"role":"assistant","content":null,"tool_calls":[{"id":"call_00000007","type":"function",
//	  "function":{"name":"read_file","arguments":"{\"path\":\"…\"}"}}]}
//	{"role":"tool","tool_call_id":"call_00000007","content":"…"}
func chatGrammar() grammar {
	return grammar{
		defaults: openAIDefaults,
		tool:     writeChatTool,
		open:     func(s *segments, _ Conversation) { s.add(`"messages":[`) },
		message:  writeChatMessage,
		shut:     func(s *segments) { s.add(`]`) },
	}
}

// openAIDefaults are the fields of both of OpenAI's older interfaces, which report usage only where they are asked to.
func openAIDefaults(model string) []field {
	return []field{
		{"model", verbatim(model)},
		{"stream", true},
		{"stream_options", map[string]any{"include_usage": true}},
		{"max_tokens", placeholder},
	}
}

func writeChatTool(s *segments, t Tool) {
	s.add(`{"type":"function","function":{"name":`)
	s.quote(t.Name)
	s.add(`,"description":`)
	s.quote(t.Description)
	s.add(`,"parameters":`)
	s.schema(t)
	s.add(`}}`)
}

func writeChatMessage(s *segments, i int, m Message) {
	if i > 0 {
		s.add(`,`)
	}
	switch m.Role {
	case System:
		s.add(`{"role":"system",`)
	case User:
		s.add(`{"role":"user",`)
	case Assistant:
		s.add(`{"role":"assistant",`)
	case ToolResult:
		s.add(`{"role":"tool","tool_call_id":"`)
		s.id("call_", m.Call.ID)
		s.add(`",`)
	}
	writeChatContent(s, m)
	s.add(`}`)
}

func writeChatContent(s *segments, m Message) {
	called := m.Role == Assistant && m.Call.ID != 0
	if called && m.Text.Len() == 0 {
		s.add(`"content":null`)
	} else {
		s.add(`"content":"`)
		s.text(m.Text)
		s.add(`"`)
	}
	if called {
		s.add(`,"tool_calls":[{"id":"`)
		s.id("call_", m.Call.ID)
		s.add(`","type":"function","function":{"name":`)
		s.quote(m.Call.Name)
		s.add(`,"arguments":"`)
		s.arguments(m.Call)
		s.add(`"}}]`)
	}
}

// arguments appends {"argument":"value"} as the inside of a JSON string.
func (s *segments) arguments(c Call) {
	s.add(`{\"`)
	s.escapeTwice(c.Argument)
	s.add(`\":\"`)
	s.text(c.Value)
	s.add(`\"}`)
}

// schema appends a tool's parameters, or the schema of a tool without any.
func (s *segments) schema(t Tool) {
	if len(t.Parameters) == 0 {
		s.add(`{"type":"object","properties":{}}`)
		return
	}
	s.share(t.Parameters)
}
