package chat

import (
	"encoding/binary"
	"math/bits"
)

// jsonScanner walks JSON text in place and allocates nothing. It accepts only what encoding/json accepts
// and means the same by it. Where the two could differ (a key with escapes or capitals, which
// encoding/json matches without regard to case, or deep nesting) it fails, and the caller falls back to
// encoding/json.
//
// The simulator has a JSON walker of its own, which checks what this package sends. The two share no
// code on purpose: a fault in one of them must not hide behind the same fault in the other.
type jsonScanner struct {
	b   []byte
	i   int
	bad bool // failed; everything below fails from then on
}

const maxDepth = 64

func (c *jsonScanner) fail() { c.bad = true }

func (c *jsonScanner) skipSpace() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r':
			c.i++
		default:
			return
		}
	}
}

// peek is the next byte that is not white space; 0 at the end.
func (c *jsonScanner) peek() byte {
	c.skipSpace()
	if c.bad || c.i >= len(c.b) {
		return 0
	}
	return c.b[c.i]
}

// take consumes the byte if it is next.
func (c *jsonScanner) take(b byte) bool {
	if c.peek() != b || b == 0 {
		return false
	}
	c.i++
	return true
}

// expect consumes the byte, or fails.
func (c *jsonScanner) expect(b byte) {
	if !c.take(b) {
		c.fail()
	}
}

// complete reports whether the whole text was read without a failure.
func (c *jsonScanner) complete() bool { return c.peek() == 0 && !c.bad && c.i == len(c.b) }

// key moves to the next member of an object and returns its key; false at the closing brace.
// first is true right after the opening brace. Readers write the loop over it out: a callback or an iterator would cost
// an indirect call for each key of each token.
func (c *jsonScanner) key(first bool) ([]byte, bool) {
	if c.take('}') {
		return nil, false
	}
	if !first {
		c.expect(',')
	}
	k, escaped := c.text()
	c.expect(':')
	if escaped || !isPlainKey(k) {
		c.fail()
	}
	return k, !c.bad
}

// isPlainKey reports whether k consists of a-z, 0-9 and _, so that encoding/json would match no other
// spelling of a key with it.
func isPlainKey(k []byte) bool {
	for _, b := range k {
		if (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '_' {
			return false
		}
	}
	return true
}

// text is the inside of the string that is next, and whether it has escapes.
func (c *jsonScanner) text() (inside []byte, escaped bool) {
	c.expect('"')
	if c.bad {
		return nil, false
	}
	from := c.i
	for c.skipPlain(); c.i < len(c.b); c.skipPlain() {
		switch b := c.b[c.i]; {
		case b == '"':
			c.i++
			return c.b[from : c.i-1], escaped
		case b == '\\':
			escaped = true
			c.skipEscape()
			if c.bad {
				return nil, false
			}
		case b < 0x20:
			c.fail()
			return nil, false
		default:
			c.i++
		}
	}
	c.fail()
	return nil, false
}

// textOrNull is the inside of the string that is next, or nil for null. Anything else fails.
func (c *jsonScanner) textOrNull() []byte {
	if c.null() {
		return nil
	}
	s, _ := c.text()
	return s
}

// null consumes a null if it is next.
func (c *jsonScanner) null() bool {
	if c.peek() != 'n' {
		return false
	}
	c.literal("null")
	return !c.bad
}

// skipPlain passes over bytes that stand for themselves in a string, eight at a time. In each byte of
// found, the highest bit says that the byte of w is a quote, a backslash or below 0x20. A borrow can only
// make the answer wrong above the lowest byte that was found, and only that one counts.
//
//	x - 1 &^ x & 0x80      is 0x80 for x = 0   (x is w ^ '"', or w ^ '\\')
//	w - 0x20 &^ w & 0x80   is 0x80 for w < 0x20
func (c *jsonScanner) skipPlain() {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for c.i+8 <= len(c.b) {
		w := binary.LittleEndian.Uint64(c.b[c.i:])
		quote, slash := w^ones*'"', w^ones*'\\'
		found := ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*0x20)&^w) & high
		if found != 0 {
			c.i += bits.TrailingZeros64(found) / 8
			return
		}
		c.i += 8
	}
}

func (c *jsonScanner) skipEscape() {
	if c.i+1 >= len(c.b) {
		c.fail()
		return
	}
	switch c.b[c.i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		c.i += 2
	case 'u':
		if c.i+6 > len(c.b) || !isHex(c.b[c.i+2:c.i+6]) {
			c.fail()
			return
		}
		c.i += 6
	default:
		c.fail()
	}
}

func isHex(b []byte) bool {
	for _, d := range b {
		if (d < '0' || d > '9') && (d < 'a' || d > 'f') && (d < 'A' || d > 'F') {
			return false
		}
	}
	return true
}
