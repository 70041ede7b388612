package chat

import (
	"errors"
	"io"
	"sync"
)

// Body is a request's body. It walks the conversation twice, first to know its length and then to be
// read, and holds the framing of one message at a time; the text itself is never copied.
//
// net/http may still be sending a body when the answer, an early error, is already complete. Close
// makes Read fail from then on and returns when no Read is under way, so that the conversation can
// be changed afterwards.
type Body struct {
	encoder *Encoder
	length  int64

	mu           sync.Mutex
	closed       bool
	taken        int64 // bytes read
	conversation Conversation
	maxTokens    int
	step         int // next to render: 0 is the head, then come each tool, the opening, each message, the tail
	next         int // segment of the rendered step to read from
	segments     segments
	scratch      [512]byte // of segments, until they need more
}

// Body of a request, ready to be read. The request's conversation must not change before Close.
func (e *Encoder) Body(r *Request) *Body {
	b := &Body{encoder: e, conversation: r.Conversation, maxTokens: r.MaxTokens}
	b.rewind()
	for b.advance() {
		for _, s := range b.segments.list[:b.segments.n] {
			b.length += int64(len(s))
		}
	}
	b.rewind()
	return b
}

// Len is the exact number of bytes that Read yields in all.
func (b *Body) Len() int64 { return b.length }

// Read implements io.Reader.
func (b *Body) Read(p []byte) (n int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, errClosedBody
	}
	for n < len(p) {
		if b.next == b.segments.n && !b.advance() {
			return n, io.EOF
		}
		part := &b.segments.list[b.next]
		done := copy(p[n:], *part)
		n += done
		b.taken += int64(done)
		*part = (*part)[done:]
		if len(*part) == 0 {
			b.next++
		}
	}
	return n, nil
}

var errClosedBody = errors.New("request body is closed")

// Close implements io.Closer. It may be called more than once and while another goroutine reads.
func (b *Body) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed, b.conversation = true, nil
	return nil
}

// sent is how many bytes have been read.
func (b *Body) sent() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.taken
}

func (b *Body) rewind() {
	b.step, b.next = 0, 0
	b.segments = segments{scratch: b.scratch[:0]}
}

// advance renders the next step that is not empty; false at the end.
func (b *Body) advance() bool {
	for b.render() {
		b.segments.cut()
		if b.segments.n > 0 {
			return true
		}
	}
	return false
}

// render renders one step, which may be empty; false at the end.
func (b *Body) render() bool {
	b.segments.reset()
	b.next = 0
	e, i := b.encoder, b.step
	b.step++
	if i == 0 {
		b.segments.share(e.head)
		return true
	}
	i--
	if e.tools {
		tools := b.conversation.Tools()
		if i < len(tools) {
			e.writeTool(&b.segments, tools, i)
			return true
		}
		i -= len(tools)
	}
	if i == 0 {
		e.grammar.open(&b.segments, b.conversation)
		return true
	}
	if i--; i < b.conversation.Len() {
		e.grammar.message(&b.segments, i, b.conversation.Message(i))
		return true
	}
	if i > b.conversation.Len() {
		return false
	}
	e.grammar.shut(&b.segments)
	e.writeTail(&b.segments, b.maxTokens)
	return true
}
