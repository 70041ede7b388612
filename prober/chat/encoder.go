package chat

// Encoder renders requests for one endpoint. It is safe for concurrent use.
//
//	{"model":…,"stream":true,…   "tools":[…],"messages":[…   ],"max_tokens":450,…}
//	 └ head, rendered once ────┘ └ from the conversation ──┘ └ tail: what varies ┘
//
// Fields that vary from turn to turn stand behind the messages. So the body of a turn begins with the
// body of the turn before it, up to where the conversation grew, and a prefix cache can serve it.
type Encoder struct {
	grammar *grammar
	head    []byte     // up to and without the tools, ends in a comma
	tail    []template // fields that depend on the turn
	tools   bool       // whether the conversation's tools are sent
}

// grammar is how a dialect writes a conversation. Its functions append to the segments and keep nothing.
type grammar struct {
	defaults func(model string) []field // top-level fields besides tools and messages
	tool     func(*segments, Tool)      // nil where the dialect has no tools
	open     func(*segments, Conversation)
	message  func(*segments, int, Message)
	shut     func(*segments)
}

// NewEncoder fails when the API is unknown or Endpoint.ExtraBody cannot be written as JSON.
func NewEncoder(e Endpoint) (*Encoder, error) {
	d, err := dialectOf(e.API)
	if err != nil {
		return nil, err
	}
	return d.encoder(e)
}

func (d *dialect) encoder(e Endpoint) (*Encoder, error) {
	g := &d.grammar
	head, tail, err := merge(g.defaults(e.Model), e.ExtraBody)
	if err != nil {
		return nil, err
	}
	_, replaced := e.ExtraBody["tools"]
	return &Encoder{grammar: g, head: head, tail: tail, tools: e.Tools && g.tool != nil && !replaced}, nil
}

func (e *Encoder) writeTool(s *segments, tools []Tool, i int) {
	if i == 0 {
		s.add(`"tools":[`)
	} else {
		s.add(`,`)
	}
	e.grammar.tool(s, tools[i])
	if i == len(tools)-1 {
		s.add(`],`)
	}
}

func (e *Encoder) writeTail(s *segments, maxTokens int) {
	for i := range e.tail {
		s.add(`,`)
		e.tail[i].write(s, maxTokens)
	}
	s.add(`}`)
}
