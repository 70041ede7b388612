package simulator

import (
	"cmp"
	"math"
	"strconv"
)

// channel is the kind of output that a token belongs to.
type channel uint8

const (
	reasoning channel = iota
	text
	toolCall
	channels
)

// framing is what one dialect writes around the tokens of one stream. It is formatted before the first token,
// so that a token costs a copy of two byte slices and nothing else. In a template, byte 0 stands for the
// number of the stream's next event, and byte 1 for the channel's text so far.
//
//	admitted │ first │ open[text] │ before words after │ before words after │ … │ close[text] │ end
type framing struct {
	admitted []byte // written with the response headers
	first    []byte // written before the first token
	open     [channels][]byte
	before   [channels][]byte
	after    [channels][]byte
	close    [channels][]byte
	end      func(how ending, u Usage) []byte
	thinking []byte // written at the first token of hidden reasoning
	thought  []byte // written after the last
	ping     []byte
	vendor   vendor
	keepText bool // byte 1 occurs
}

// finish is how an unbroken stream ends.
type finish uint8

const (
	stopped finish = iota
	lengthReached
	toolCalled
)

// ending is how a stream ends. An engine that gives up names a reason of its own.
type ending struct {
	finish finish
	reason string
}

// word is the finish reason as JSON, given the vendor's words for the usual ones.
func (e ending) word(stop, length, tool string) string {
	return quoted(cmp.Or(e.reason, [...]string{stopped: stop, lengthReached: length, toolCalled: tool}[e.finish]))
}

// answerInfo is what framings print of an answer.
type answerInfo struct {
	id          string // 16 hex digits
	created     int64
	model       string
	fingerprint string
	tool        string // name of the tool that is called
	usage       bool   // the request wants the usage
	writesCache bool   // the request marks what to cache (Anthropic)
	usageNow    Usage  // at admission
	reasoned    int    // tokens of reasoning that are sent
	hidden      int    // tokens of reasoning that are not sent
	noOpening   bool   // the answer has no opening event
	noUsage     bool   // the answer has no usage, wanted or not
}

// total is the sum of two counts, or the largest number where they overflow.
func total(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// fill appends a template with its placeholders filled in.
func (s *stream) fill(template, text []byte) {
	from := 0
	for i, c := range template {
		if c > 1 {
			continue
		}
		s.buffer = append(s.buffer, template[from:i]...)
		from = i + 1
		if c == 1 {
			s.buffer = append(s.buffer, text...)
			continue
		}
		s.buffer = strconv.AppendInt(s.buffer, s.events, 10)
		s.events++
	}
	s.buffer = append(s.buffer, template[from:]...)
}

// quoted is s as a JSON string: names of models and tools may contain anything.
func quoted(s string) string {
	b := make([]byte, 0, len(s)+2)
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = append(b, `\u00`...)
			b = append(b, "0123456789abcdef"[r>>4], "0123456789abcdef"[r&15])
		default:
			b = append(b, string(r)...)
		}
	}
	return string(append(b, '"'))
}
