package chat

import (
	"errors"
	"io"
	"sync"
)

// Encoder renders requests for one endpoint. It is safe for concurrent use.
//
//	{"model":…,"stream":true,…   "tools":[…],"messages":[…   ],"max_tokens":450,…}
//	 └ head, rendered once ────┘ └ from the conversation ──┘ └ tail: what varies ┘
//
// All that varies from turn to turn stands behind the messages, so the body of a turn begins with
// the body of the turn before it, up to where the conversation grew.
type Encoder struct {
	grammar *grammar
	head    []byte     // up to and without the tools, ends in a comma
	tail    []template // fields that depend on the turn
	tools   bool       // whether the conversation's tools are sent
}

// grammar is how a dialect writes a conversation. Its functions append to the frame and keep nothing.
type grammar struct {
	defaults func(model string) []field // first the fields that are the same in every turn
	tool     func(*frame, Tool)         // nil where the dialect has no tools
	open     func(*frame, Conversation)
	message  func(*frame, int, Message)
	shut     func(*frame)
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

// Body is a request's body. It walks the conversation twice, once to know its length and once to be
// read, and holds the framing of one message at a time; the text itself is never copied.
//
// net/http may still be sending a body when the answer, an early error, is already complete. Close
// makes Read fail from then on and returns when no Read is under way, so that the conversation can
// be changed afterwards.
type Body struct {
	encoder *Encoder
	length  int64

	mu     sync.Mutex
	closed bool
	taken  int64 // bytes read
	talk   Conversation
	max    int
	step   int // 0 head, then one for each tool, opening, one for each message, tail
	piece  int // next of frame.pieces
	frame  frame
	room   [512]byte // of frame.scratch, while it is enough
}

// Body of a request, ready to be read. The request's conversation must not change before Close.
func (e *Encoder) Body(r *Request) *Body {
	b := &Body{encoder: e, talk: r.Conversation, max: r.MaxTokens}
	b.rewind()
	for b.next() {
		for _, p := range b.frame.pieces[:b.frame.n] {
			b.length += int64(len(p))
		}
	}
	b.rewind()
	return b
}

// Len is the exact number of bytes that Read will yield, whatever has been read already.
func (b *Body) Len() int64 { return b.length }

// Read implements io.Reader.
func (b *Body) Read(p []byte) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, errClosedBody
	}
	for n < len(p) {
		if b.piece == b.frame.n && !b.next() {
			return n, io.EOF
		}
		part := &b.frame.pieces[b.piece]
		done := copy(p[n:], *part)
		n += done
		b.taken += int64(done)
		*part = (*part)[done:]
		if len(*part) == 0 {
			b.piece++
		}
	}
	return n, nil
}

var errClosedBody = errors.New("request body is closed")

// Close implements io.Closer. It may be called more than once and while another goroutine reads.
func (b *Body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.talk = true, nil
	return nil
}

// sent is how many bytes have been read.
func (b *Body) sent() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.taken
}

func (b *Body) rewind() {
	b.step, b.piece = 0, 0
	b.frame = frame{scratch: b.room[:0]}
}

// next renders the next step that has anything to say; false at the end.
func (b *Body) next() bool {
	for b.render() {
		b.frame.cut()
		if b.frame.n > 0 {
			return true
		}
	}
	return false
}

// render renders one step, which may be empty; false at the end.
func (b *Body) render() bool {
	b.frame.reset()
	b.piece = 0
	e, i := b.encoder, b.step
	b.step++
	if i == 0 {
		b.frame.put(e.head)
		return true
	}
	i--
	if e.tools {
		tools := b.talk.Tools()
		if i < len(tools) {
			e.writeTool(&b.frame, tools, i)
			return true
		}
		i -= len(tools)
	}
	if i == 0 {
		e.grammar.open(&b.frame, b.talk)
		return true
	}
	if i--; i < b.talk.Len() {
		e.grammar.message(&b.frame, i, b.talk.Message(i))
		return true
	}
	if i > b.talk.Len() {
		return false
	}
	e.grammar.shut(&b.frame)
	e.writeTail(&b.frame, b.max)
	return true
}

func (e *Encoder) writeTool(f *frame, tools []Tool, i int) {
	if i == 0 {
		f.add(`"tools":[`)
	} else {
		f.add(`,`)
	}
	e.grammar.tool(f, tools[i])
	if i == len(tools)-1 {
		f.add(`],`)
	}
}

func (e *Encoder) writeTail(f *frame, maxTokens int) {
	for i := range e.tail {
		f.add(`,`)
		e.tail[i].write(f, maxTokens)
	}
	f.add(`}`)
}
