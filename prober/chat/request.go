package chat

import (
	"encoding/json"
	"time"
)

// Role says who speaks a message.
type Role uint8

const (
	System     Role = iota // instructions; the first message of a conversation and no other
	User                   // a human
	Assistant              // the model: text, a tool call, or both
	ToolResult             // the result of the tool call with the same ID
)

// Text is the text of a message: the concatenation of its parts.
//
// The parts are already escaped for the inside of a JSON string, and are shared, read-only memory. A prompt
// of 200,000 tokens is a few hundred of these, never a copy of the text.
type Text [4][]byte

// Len is the number of bytes on the wire.
func (t Text) Len() int {
	n := 0
	for _, p := range t {
		n += len(p)
	}
	return n
}

// Message is one entry of the history. The zero Call is no call.
type Message struct {
	Role Role
	Text Text
	Call Call
	// Cache marks the end of a prefix that the server should keep, for vendors with explicit cache
	// breakpoints (Anthropic's cache_control). Other dialects ignore it.
	Cache bool
}

// Call is a tool call of an Assistant message, or names the call that a ToolResult answers.
// It has one string argument; Value is plain enough to need no escaping, even twice.
type Call struct {
	ID       uint32 // unique in its conversation, from 1; each dialect spells it as its vendor does
	Name     string
	Argument string
	Value    Text
}

// Tool is a function that the model may call.
type Tool struct {
	Name        string
	Description string
	Parameters  json.RawMessage // a JSON schema
}

// Conversation is the whole prompt of a turn, walked in order and more than once.
// Implementations build messages on the fly: Message must be cheap and must not allocate.
type Conversation interface {
	Tools() []Tool
	Len() int
	Message(i int) Message // 0 <= i < Len()
}

// Request is one turn to be answered.
type Request struct {
	ID           string // sent as X-Request-Id; 16 or more characters, unique
	Session      string // sent in the endpoint's session-affinity headers, if it has any
	Conversation Conversation
	MaxTokens    int
	// Expect is a word that a right answer contains; empty where answers are not checked.
	Expect string
	// FirstTokenTimeout bounds the wait for a first token; 0 is Endpoint.FirstTokenTimeout.
	FirstTokenTimeout time.Duration
}
