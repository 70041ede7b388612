package chat

// The body of POST /v1/completions: one prompt that reads like a transcript and ends where the
// assistant is to speak.
//
//	System: …\n\nUser: …\n\nAssistant: …\n[read_file path="…"]\n\nTool: …\n\nAssistant:
func completionsGrammar() grammar {
	return grammar{
		defaults: func(model string) []field {
			return []field{
				{"model", verbatim(model)},
				{"stream", true},
				{"stream_options", map[string]any{"include_usage": true}},
				{"max_tokens", placeholder},
			}
		},
		open:    func(f *frame, _ Conversation) { f.add(`"prompt":"`) },
		message: writeTranscript,
		shut:    func(f *frame) { f.add(`Assistant:"`) },
	}
}

func writeTranscript(f *frame, _ int, m Message) {
	switch m.Role {
	case System:
		f.add(`System: `)
	case User:
		f.add(`User: `)
	case Assistant:
		f.add(`Assistant: `)
	case ToolResult:
		f.add(`Tool: `)
	}
	f.text(m.Text)
	if m.Role == Assistant && m.Call.ID != 0 {
		f.add(`\n[`)
		f.escape(m.Call.Name)
		f.add(` `)
		f.escape(m.Call.Argument)
		f.add(`=\"`)
		f.text(m.Call.Value)
		f.add(`\"]`)
	}
	f.add(`\n\n`)
}
