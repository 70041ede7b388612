package chat

import (
	"strconv"
	"unicode/utf8"
)

// frame is one rendered step of a body: pieces in order, framing in its own scratch memory and
// shared text by reference.
//
//	pieces:  {"role":"user","content":"   │ part │ part │ "}
//	          scratch                       shared         scratch
type frame struct {
	scratch []byte
	start   int // of the piece of scratch that is being written
	pieces  [24][]byte
	n       int
	turn    speaker // what the message list is in the middle of; survives reset
}

// speaker is who a dialect that merges messages is quoting.
type speaker uint8

const (
	nobody speaker = iota
	person
	machine
)

// reset forgets the step before, whose pieces must all have been read.
func (f *frame) reset() { f.scratch, f.start, f.n = f.scratch[:0], 0, 0 }

// cut ends the piece of scratch. A scratch that grew moved: pieces cut before stay where they were.
func (f *frame) cut() {
	if len(f.scratch) > f.start {
		f.pieces[f.n] = f.scratch[f.start:len(f.scratch):len(f.scratch)]
		f.n++
		f.start = len(f.scratch)
	}
}

// put adds shared memory, without copying it.
func (f *frame) put(b []byte) {
	if len(b) == 0 {
		return
	}
	f.cut()
	f.pieces[f.n] = b
	f.n++
}

// text adds what a message says; it is escaped already.
func (f *frame) text(t Text) {
	for _, p := range t {
		f.put(p)
	}
}

// add appends framing.
func (f *frame) add(s string) { f.scratch = append(f.scratch, s...) }

// quote appends s as a JSON string.
func (f *frame) quote(s string) { f.scratch = appendQuoted(f.scratch, s) }

// escape appends s as the inside of a JSON string.
func (f *frame) escape(s string) { f.scratch = appendEscaped(f.scratch, s) }

// escapeTwice appends s as the inside of a JSON string within a JSON string.
func (f *frame) escapeTwice(s string) {
	if plain(s) {
		f.add(s)
		return
	}
	f.escape(string(appendEscaped(nil, s)))
}

func (f *frame) number(n int) { f.scratch = strconv.AppendInt(f.scratch, int64(n), 10) }

// id appends a tool call's id: prefix and eight digits.
func (f *frame) id(prefix string, id uint32) {
	f.add(prefix)
	for unit := uint32(10_000_000); unit > id && unit > 1; unit /= 10 {
		f.add(`0`)
	}
	f.scratch = strconv.AppendUint(f.scratch, uint64(id), 10)
}

func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	dst = appendEscaped(dst, s)
	return append(dst, '"')
}

func appendEscaped(dst []byte, s string) []byte {
	if plain(s) {
		return append(dst, s...)
	}
	const hex = "0123456789abcdef"
	for _, r := range s { // what is not UTF-8 becomes U+FFFD
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case r < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

// plain reports whether s is the inside of a JSON string as it stands.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
