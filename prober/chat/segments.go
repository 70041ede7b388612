package chat

import "strconv"

// segments are one rendered step of a body, in order: framing in its own scratch memory, and shared
// text by reference.
//
//	list:  {"role":"user","content":"   │ part │ part │ "}
//	        scratch                       shared         scratch
type segments struct {
	scratch []byte
	start   int // in scratch, of the segment that is being written
	list    [24][]byte
	n       int

	// What the message list is in the middle of; survives reset.
	open   role // of the message that is open
	listed bool // the list has an item
}

// role is whose message is open, for dialects that write several of ours as one.
type role uint8

const (
	noRole role = iota
	userRole
	assistantRole
)

// reset forgets the step before, whose segments must all have been read.
func (s *segments) reset() { s.scratch, s.start, s.n = s.scratch[:0], 0, 0 }

// cut ends the segment of scratch. Scratch may move when it grows; segments that were cut before stay.
func (s *segments) cut() {
	if len(s.scratch) > s.start {
		s.list[s.n] = s.scratch[s.start:len(s.scratch):len(s.scratch)]
		s.n++
		s.start = len(s.scratch)
	}
}

// share adds memory without copying it.
func (s *segments) share(b []byte) {
	if len(b) == 0 {
		return
	}
	s.cut()
	s.list[s.n] = b
	s.n++
}

// text adds the text of a message; it is escaped already.
func (s *segments) text(t Text) {
	for _, p := range t {
		s.share(p)
	}
}

// add appends framing.
func (s *segments) add(framing string) { s.scratch = append(s.scratch, framing...) }

// quote appends text as a JSON string.
func (s *segments) quote(text string) { s.scratch = appendQuoted(s.scratch, text) }

// escape appends text as the inside of a JSON string.
func (s *segments) escape(text string) { s.scratch = appendEscaped(s.scratch, text) }

// escapeTwice appends text as the inside of a JSON string within a JSON string.
func (s *segments) escapeTwice(text string) {
	if needsNoEscape(text) {
		s.add(text)
		return
	}
	s.escape(string(appendEscaped(nil, text)))
}

func (s *segments) number(n int) { s.scratch = strconv.AppendInt(s.scratch, int64(n), 10) }

// id appends a tool call's id: prefix and eight digits.
func (s *segments) id(prefix string, id uint32) {
	s.add(prefix)
	for unit := uint32(10_000_000); unit > id && unit > 1; unit /= 10 {
		s.add(`0`)
	}
	s.scratch = strconv.AppendUint(s.scratch, uint64(id), 10)
}
