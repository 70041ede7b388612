package chat

import (
	"encoding/binary"
	"math/bits"
)

// cursor walks JSON text in place and allocates nothing. It accepts only what encoding/json accepts
// and means the same by it: where the two could differ (a key with escapes or capitals, which
// encoding/json matches without regard to case, or deep nesting) it gives up, and so does whoever
// uses it.
type cursor struct {
	b   []byte
	i   int
	bad bool // gave up; everything below fails from then on
}

const maxDepth = 64

func (c *cursor) fail() { c.bad = true }

func (c *cursor) space() {
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
func (c *cursor) peek() byte {
	c.space()
	if c.bad || c.i >= len(c.b) {
		return 0
	}
	return c.b[c.i]
}

// take consumes the byte if it is next.
func (c *cursor) take(b byte) bool {
	if c.peek() != b || b == 0 {
		return false
	}
	c.i++
	return true
}

func (c *cursor) must(b byte) {
	if !c.take(b) {
		c.fail()
	}
}

// end reports whether everything was read and found good.
func (c *cursor) end() bool { return c.peek() == 0 && !c.bad && c.i == len(c.b) }

// key moves to the next member of an object and returns its key; false at the closing brace.
// first is true right after the opening brace.
func (c *cursor) key(first bool) ([]byte, bool) {
	if c.take('}') {
		return nil, false
	}
	if !first {
		c.must(',')
	}
	k, escaped := c.str()
	c.must(':')
	if escaped || !lower(k) {
		c.fail()
	}
	return k, !c.bad
}

// lower reports whether k consists of a-z, 0-9 and _: then no other spelling of a key that is
// looked for matches it.
func lower(k []byte) bool {
	for _, b := range k {
		if (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '_' {
			return false
		}
	}
	return true
}

// str is the inside of the string that is next, and whether it has escapes.
func (c *cursor) str() (inside []byte, escaped bool) {
	c.must('"')
	if c.bad {
		return nil, false
	}
	from := c.i
	for c.plain(); c.i < len(c.b); c.plain() {
		switch b := c.b[c.i]; {
		case b == '"':
			c.i++
			return c.b[from : c.i-1], escaped
		case b == '\\':
			escaped = true
			c.escape()
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

// plain passes over bytes that a string may hold as they are, eight at a time: in each byte of w the
// highest bit says that it is a quote, a backslash or below 0x20. A borrow can only make the
// answer wrong above the lowest byte that was found, which is the one that counts.
//
//	x - 1 &^ x & 0x80   is 0x80 for x = 0   (x is w ^ '"', or w ^ '\\')
//	w - 0x20 &^ w & 0x80   for w < 0x20
func (c *cursor) plain() {
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

func (c *cursor) escape() {
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

// null consumes a null if it is next.
func (c *cursor) null() bool {
	if c.peek() != 'n' {
		return false
	}
	c.word("null")
	return !c.bad
}

// optional is the inside of a string, or nothing for null. Anything else gives up.
func (c *cursor) optional() []byte {
	if c.null() {
		return nil
	}
	s, _ := c.str()
	return s
}
