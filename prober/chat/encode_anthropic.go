package chat

// The body of POST /v1/messages. The system message stands by itself, roles alternate, so that
// what a tool answered and what a human says next are blocks of one user message:
//
//	"system":[{"type":"text","text":"…","cache_control":{"type":"ephemeral"}}],"messages":[
//	  {"role":"assistant","content":[{"type":"text","text":"…"},
//	    {"type":"tool_use","id":"toolu_00000007","name":"read_file","input":{"path":"…"}}]},
//	  {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_00000007","content":"…"},
//	    {"type":"text","text":"…"}]}]
//
// Anthropic refuses empty text blocks, and more than four cache breakpoints; the second is up to
// the conversation.
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

func writeAnthropicTool(f *frame, t Tool) {
	f.add(`{"name":`)
	f.quote(t.Name)
	f.add(`,"description":`)
	f.quote(t.Description)
	f.add(`,"input_schema":`)
	f.schema(t)
	f.add(`}`)
}

func openAnthropic(f *frame, c Conversation) {
	if c.Len() > 0 {
		if m := c.Message(0); m.Role == System && m.Text.Len() > 0 {
			f.add(`"system":[`)
			f.textBlock(m.Text, m.Cache)
			f.add(`],`)
		}
	}
	f.add(`"messages":[`)
	f.turn = nobody
}

func writeAnthropicMessage(f *frame, _ int, m Message) {
	said := m.Text.Len() > 0
	switch m.Role {
	case System:
	case User:
		if said {
			f.block(person)
			f.textBlock(m.Text, m.Cache)
		}
	case Assistant:
		called := m.Call.ID != 0
		if said {
			f.block(machine)
			f.textBlock(m.Text, m.Cache && !called)
		}
		if called {
			f.block(machine)
			writeToolUse(f, m.Call, m.Cache)
		}
	case ToolResult:
		f.block(person)
		f.add(`{"type":"tool_result","tool_use_id":"`)
		f.id("toolu_", m.Call.ID)
		f.add(`","content":"`)
		f.text(m.Text)
		f.add(`"`)
		f.endBlock(m.Cache)
	}
}

func writeToolUse(f *frame, c Call, cache bool) {
	f.add(`{"type":"tool_use","id":"`)
	f.id("toolu_", c.ID)
	f.add(`","name":`)
	f.quote(c.Name)
	f.add(`,"input":{`)
	f.quote(c.Argument)
	f.add(`:"`)
	f.text(c.Value)
	f.add(`"}`)
	f.endBlock(cache)
}

func shutAnthropic(f *frame) {
	if f.turn != nobody {
		f.add(`]}`)
	}
	f.add(`]`)
}

// block begins a block of a message by who, within the message that is open if it is by the same.
func (f *frame) block(who speaker) {
	if f.turn == who {
		f.add(`,`)
		return
	}
	if f.turn != nobody {
		f.add(`]},`)
	}
	if who == person {
		f.add(`{"role":"user","content":[`)
	} else {
		f.add(`{"role":"assistant","content":[`)
	}
	f.turn = who
}

func (f *frame) textBlock(t Text, cache bool) {
	f.add(`{"type":"text","text":"`)
	f.text(t)
	f.add(`"`)
	f.endBlock(cache)
}

func (f *frame) endBlock(cache bool) {
	if cache {
		f.add(breakpoint)
	}
	f.add(`}`)
}
