package chat

// The body of POST /v1/chat/completions:
//
//	{"role":"assistant","content":null,"tool_calls":[{"id":"call_00000007","type":"function",
//	  "function":{"name":"read_file","arguments":"{\"path\":\"…\"}"}}]}
//	{"role":"tool","tool_call_id":"call_00000007","content":"…"}
func chatGrammar() grammar {
	return grammar{
		defaults: func(model string) []field {
			return []field{
				{"model", verbatim(model)},
				{"stream", true},
				{"stream_options", map[string]any{"include_usage": true}},
				{"max_tokens", placeholder},
			}
		},
		tool:    writeChatTool,
		open:    func(f *frame, _ Conversation) { f.add(`"messages":[`) },
		message: writeChatMessage,
		shut:    func(f *frame) { f.add(`]`) },
	}
}

func writeChatTool(f *frame, t Tool) {
	f.add(`{"type":"function","function":{"name":`)
	f.quote(t.Name)
	f.add(`,"description":`)
	f.quote(t.Description)
	f.add(`,"parameters":`)
	f.schema(t)
	f.add(`}}`)
}

func writeChatMessage(f *frame, i int, m Message) {
	if i > 0 {
		f.add(`,`)
	}
	switch m.Role {
	case System:
		f.add(`{"role":"system",`)
	case User:
		f.add(`{"role":"user",`)
	case Assistant:
		f.add(`{"role":"assistant",`)
	case ToolResult:
		f.add(`{"role":"tool","tool_call_id":"`)
		f.id("call_", m.Call.ID)
		f.add(`",`)
	}
	writeChatContent(f, m)
	f.add(`}`)
}

func writeChatContent(f *frame, m Message) {
	called := m.Role == Assistant && m.Call.ID != 0
	if called && m.Text.Len() == 0 {
		f.add(`"content":null`)
	} else {
		f.add(`"content":"`)
		f.text(m.Text)
		f.add(`"`)
	}
	if called {
		f.add(`,"tool_calls":[{"id":"`)
		f.id("call_", m.Call.ID)
		f.add(`","type":"function","function":{"name":`)
		f.quote(m.Call.Name)
		f.add(`,"arguments":"`)
		f.arguments(m.Call)
		f.add(`"}}]`)
	}
}

// arguments appends {"argument":"value"} as the inside of a JSON string.
func (f *frame) arguments(c Call) {
	f.add(`{\"`)
	f.escapeTwice(c.Argument)
	f.add(`\":\"`)
	f.text(c.Value)
	f.add(`\"}`)
}

// schema appends a tool's parameters, or the schema of a tool without any.
func (f *frame) schema(t Tool) {
	if len(t.Parameters) == 0 {
		f.add(`{"type":"object","properties":{}}`)
		return
	}
	f.put(t.Parameters)
}
