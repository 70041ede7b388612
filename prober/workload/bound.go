package workload

// Bound is the most that a request can be, whatever a tokenizer makes of it.
type Bound struct {
	Bytes     int // of the text: messages, tool calls and tools
	Messages  int
	MaxTokens int // of the answer
}

// NextBound is the bound of the coming Next. Its bytes are exact; the length of the answer is drawn by
// Next, so it is the longest that the shape has.
func (s *Session) NextBound() Bound {
	p, plan := s.prompt(), &s.next
	if plan.reset {
		p.records = nil
	}
	b := Bound{Messages: len(p.records) + plan.n, MaxTokens: s.shape.longestAnswer()}
	for _, t := range p.tools {
		b.Bytes += len(t.Name) + len(t.Description) + len(t.Parameters)
	}
	for _, r := range p.records {
		b.Bytes += p.bytes(r)
	}
	for _, r := range plan.add[:plan.n] {
		b.Bytes += p.bytes(r)
	}
	return b
}

// NextMayExceed is false if the coming Next surely has fewer bytes than that. It is quick, where NextBound goes through
// the whole prompt.
func (s *Session) NextMayExceed(bytes int) bool {
	return int(2*bytesPerWord*float64(s.next.size.words))+fixedBytes >= bytes
}

// bytes are those of a message's text and call.
func (p *prompt) bytes(r record) int {
	n := p.text(r).Len()
	if r.kind == calling || r.kind == tool {
		c := p.call(r)
		n += len(c.Name) + len(c.Argument) + c.Value.Len()
	}
	return n
}

func (s *Shape) longestAnswer() int {
	if s.RecallShare > 0 {
		return max(s.Output.Max, minRecallTokens)
	}
	return s.Output.Max
}

// Sizes of what prompts are made of, for Shape.Bound.
const (
	bytesPerWord = 4.7    // of the corpus, for any stretch of thousands of words
	fixedBytes   = 20_000 // tools, instructions and facts
)

// Bound is about the bound of the largest request that the shape makes, by its own TokensPerWord.
func (s *Shape) Bound() Bound {
	growth := max(1, s.Input.Median+s.Output.Median)
	return Bound{
		Bytes:     int(bytesPerWord*float64(s.Largest())/s.TokensPerWord) + fixedBytes,
		Messages:  2 + 2*s.Largest()/growth,
		MaxTokens: s.longestAnswer(),
	}
}
