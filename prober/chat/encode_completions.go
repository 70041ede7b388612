package chat

// completionsGrammar writes the body of POST /v1/completions: one prompt that reads like a transcript
// and ends where the assistant's next answer begins.
//
//	System: …\n\nUser: …\n\nAssistant: …\n[read_file path="…"]\n\nTool: …\n\nAssistant:
func completionsGrammar() grammar {
	return grammar{
		defaults: openAIDefaults,
		open:     func(s *segments, _ Conversation) { s.add(`"prompt":"`) },
		message:  writeTranscript,
		shut:     func(s *segments) { s.add(`Assistant:"`) },
	}
}

func writeTranscript(s *segments, _ int, m Message) {
	switch m.Role {
	case System:
		s.add(`System: `)
	case User:
		s.add(`User: `)
	case Assistant:
		s.add(`Assistant: `)
	case ToolResult:
		s.add(`Tool: `)
	}
	s.text(m.Text)
	if m.Role == Assistant && m.Call.ID != 0 {
		s.add(`\n[`)
		s.escape(m.Call.Name)
		s.add(` `)
		s.escape(m.Call.Argument)
		s.add(`=\"`)
		s.text(m.Call.Value)
		s.add(`\"]`)
	}
	s.add(`\n\n`)
}
