package chat

import (
	"bytes"
	"encoding/json"

	"github.com/firsttoken/firsttoken/internal/sse"
)

// signal says what an event carried; several at once are common.
type signal uint8

const (
	text      signal = 1 << iota // a non-empty piece of the visible answer
	reasoning                    // a non-empty piece of thinking, shown or summarised
	call                         // a tool's name or a non-empty piece of its arguments
	refusal                      // a non-empty piece of a refusal
	progress                     // a token whose text is empty, once tokens have begun
	activity                     // any event of the engine: everything but pings and comments
	finished                     // the dialect's finish marker
	retold                       // with reasoning: told anew in other words, not the tokens that were generated
)

const (
	token  = text | reasoning | call | refusal
	output = text | call
)

// delta is what one event added to the answer.
type delta struct {
	signal
	// visible is the visible text as it stands in the event: the inside of a JSON string.
	visible []byte
	size    int // bytes of all pieces, as they stand in the event
}

// add takes in a piece; raw may be anything.
func (d *delta) add(sig signal, raw json.RawMessage) {
	p := piece(raw)
	if p == nil {
		return
	}
	d.signal |= sig
	d.size += len(p)
	if sig == text && d.visible == nil {
		d.visible = p
	}
}

// decoder gives the events of one stream their meaning.
//
// It reads an event on its fast path first, in place and without allocating. The fast path accepts only
// whole, valid, well-known shapes of token-bearing events. Everything else is read with encoding/json.
type decoder interface {
	// event reads one event. An error ends the exchange.
	event(sse.Event) (delta, *failure)
	// settle writes what the stream said about itself into x: the finish reason, who answered, and the
	// usage as it was sent. It may be called at any point.
	settle(x *Exchange)
}

// piece is the inside of a JSON string, or nil if raw is not a string with anything in it.
func piece(raw json.RawMessage) []byte {
	if len(raw) > 2 && raw[0] == '"' {
		return raw[1 : len(raw)-1]
	}
	return nil
}

// present reports whether raw was sent and is not null.
func present(raw json.RawMessage) bool {
	return len(raw) > 0 && !bytes.Equal(raw, []byte("null"))
}

// parse decodes an event with encoding/json.
func parse(data []byte, v any) *failure {
	if err := json.Unmarshal(data, v); err != nil {
		return &failure{cause: CauseMalformed, text: "malformed JSON in an event"}
	}
	return nil
}

func isDone(data []byte) bool { return string(bytes.TrimSpace(data)) == "[DONE]" }

// isWhole reports whether data, found at the end of a stream, is a whole event and not the start of one.
func isWhole(data []byte) bool { return isDone(data) || json.Valid(data) }

// mayBeDelta reports whether an event of that name may carry a delta.
func mayBeDelta(name []byte) bool { return string(name) != "error" && string(name) != "ping" }
