package workload

import "github.com/firsttoken/firsttoken/prober/chat"

// prompt is the conversation of one turn. It shares the session's records. The session only appends to
// them, so the prompt does not change while the session goes on.
type prompt struct {
	corpus  *Corpus
	own     []byte // the session's private phrases
	records []record
	front   bool // the salt stands before everything
	tools   []chat.Tool
}

func (p *prompt) Tools() []chat.Tool { return p.tools }

func (p *prompt) Len() int { return len(p.records) }

// Message builds a message from its record. Its text is cut from shared memory.
func (p *prompt) Message(i int) chat.Message {
	r := p.records[i]
	m := chat.Message{Role: r.role(), Text: p.text(r), Cache: r.kind == system || i == len(p.records)-1}
	if r.kind == calling || r.kind == tool {
		m.Call = p.call(r)
	}
	return m
}

func (r record) role() chat.Role {
	switch r.kind {
	case system:
		return chat.System
	case calling, telling, recalled:
		return chat.Assistant
	case tool:
		return chat.ToolResult
	default:
		return chat.User
	}
}

func (p *prompt) text(r record) chat.Text {
	switch r.kind {
	case system:
		return p.system(r)
	case opening:
		return p.context(p.corpus.private.opening, r)
	case summary:
		return p.context(p.corpus.private.summary, r)
	case recalled:
		at := p.corpus.private.numbers[r.pick]
		return chat.Text{p.own[at : at+numberLen]}
	case tool, human:
		first, rest := p.corpus.Words(int(r.offset), int(r.words))
		return chat.Text{first, rest, p.corpus.asks[r.pick].text}
	case asking:
		first, rest := p.corpus.Words(int(r.offset), int(r.words))
		return chat.Text{first, rest, p.corpus.questions[r.pick].text}
	default:
		first, rest := p.corpus.Words(int(r.offset), int(r.words))
		return chat.Text{first, rest}
	}
}

func (p *prompt) system(r record) chat.Text {
	words := p.corpus.straight(0, int(r.words))
	if p.front {
		return chat.Text{p.corpus.private.salt.of(p.own), p.corpus.intro.text, words}
	}
	return chat.Text{p.corpus.intro.text, words}
}

// context is a message with the session's facts deep inside, between a fifth and four fifths of it.
//
//	salt, what this is │ words │ facts │ words, instruction
func (p *prompt) context(head piece, r record) chat.Text {
	before := int(r.words) / 5 * (256 + 3*int(r.pick)) / 256
	return chat.Text{
		head.of(p.own),
		p.corpus.straight(int(r.offset), before),
		p.corpus.private.facts.of(p.own),
		p.corpus.tail(int(r.words) - before),
	}
}

func (p *prompt) call(r record) chat.Call {
	c := &p.corpus.calls[int(r.call)%len(p.corpus.calls)]
	return chat.Call{ID: r.call, Name: c.name, Argument: c.argument, Value: chat.Text{c.value}}
}
