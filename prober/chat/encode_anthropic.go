package chat

// messagesGrammar writes the body of POST /v1/messages. The system message is a field of its own. Roles
// alternate, so a tool's result and the user's next text are blocks of one user message:
//
//	"system":[{"type":"text","text":"…","cache_control":{"type":"ephemeral"}}],"messages":[
//	  {"role":"assistant","content":[{"type":"text","text":"…"},
//	    {"type":"tool_use","id":"toolu_00000007","name":"read_file","input":{"path":"…"}}]},
//	  {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_00000007","content":"…"},
//	    {"type":"text","text":"…"}]}]
//
// Anthropic refuses empty text blocks, which are left out here, and more than four cache breakpoints,
// which are up to the conversation.
func messagesGrammar() grammar {
	return grammar{
		defaults: func(model string) []field {
			return []field{
				{"model", verbatim(model)},
				{"stream", true},
				{"max_tokens", placeholder},
			}
		},
		tool:    writeAnthropicTool,
		open:    openAnthropic,
		message: writeAnthropicMessage,
		shut:    shutAnthropic,
	}
}

const breakpoint = `,"cache_control":{"type":"ephemeral"}`

func writeAnthropicTool(s *segments, t Tool) {
	s.add(`{"name":`)
	s.quote(t.Name)
	s.add(`,"description":`)
	s.quote(t.Description)
	s.add(`,"input_schema":`)
	s.schema(t)
	s.add(`}`)
}

func openAnthropic(s *segments, c Conversation) {
	if c.Len() > 0 {
		if m := c.Message(0); m.Role == System && m.Text.Len() > 0 {
			s.add(`"system":[`)
			s.textBlock(m.Text, m.Cache)
			s.add(`],`)
		}
	}
	s.add(`"messages":[`)
	s.open = noRole
}

func writeAnthropicMessage(s *segments, _ int, m Message) {
	hasText := m.Text.Len() > 0
	switch m.Role {
	case System:
	case User:
		if hasText {
			s.block(userRole)
			s.textBlock(m.Text, m.Cache)
		}
	case Assistant:
		called := m.Call.ID != 0
		if hasText {
			s.block(assistantRole)
			s.textBlock(m.Text, m.Cache && !called)
		}
		if called {
			s.block(assistantRole)
			writeToolUse(s, m.Call, m.Cache)
		}
	case ToolResult:
		s.block(userRole)
		s.add(`{"type":"tool_result","tool_use_id":"`)
		s.id("toolu_", m.Call.ID)
		s.add(`","content":"`)
		s.text(m.Text)
		s.add(`"`)
		s.endBlock(m.Cache)
	}
}

func writeToolUse(s *segments, c Call, cache bool) {
	s.add(`{"type":"tool_use","id":"`)
	s.id("toolu_", c.ID)
	s.add(`","name":`)
	s.quote(c.Name)
	s.add(`,"input":{`)
	s.quote(c.Argument)
	s.add(`:"`)
	s.text(c.Value)
	s.add(`"}`)
	s.endBlock(cache)
}

func shutAnthropic(s *segments) {
	if s.open != noRole {
		s.add(`]}`)
	}
	s.add(`]`)
}

// block begins a block of a message of that role: in the message that is open, if it has the same role.
func (s *segments) block(of role) {
	if s.open == of {
		s.add(`,`)
		return
	}
	if s.open != noRole {
		s.add(`]},`)
	}
	if of == userRole {
		s.add(`{"role":"user","content":[`)
	} else {
		s.add(`{"role":"assistant","content":[`)
	}
	s.open = of
}

func (s *segments) textBlock(t Text, cache bool) {
	s.add(`{"type":"text","text":"`)
	s.text(t)
	s.add(`"`)
	s.endBlock(cache)
}

func (s *segments) endBlock(cache bool) {
	if cache {
		s.add(breakpoint)
	}
	s.add(`}`)
}
