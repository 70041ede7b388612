package chat

import "bytes"

// word consumes a literal. What follows it is the business of whoever reads on.
func (c *cursor) word(w string) {
	if !bytes.HasPrefix(c.b[c.i:], []byte(w)) {
		c.fail()
		return
	}
	c.i += len(w)
}

// skip consumes any value, checked.
func (c *cursor) skip(depth int) {
	if depth > maxDepth {
		c.fail()
		return
	}
	switch c.peek() {
	case '"':
		c.str()
	case '{':
		c.skipObject(depth)
	case '[':
		c.skipArray(depth)
	case 't':
		c.word("true")
	case 'f':
		c.word("false")
	case 'n':
		c.word("null")
	default:
		c.numeral()
	}
}

func (c *cursor) skipObject(depth int) {
	c.i++
	for first := true; !c.bad && !c.take('}'); first = false {
		if !first {
			c.must(',')
		}
		c.space()
		c.str()
		c.must(':')
		c.skip(depth + 1)
	}
}

func (c *cursor) skipArray(depth int) {
	c.i++
	for first := true; !c.bad && !c.take(']'); first = false {
		if !first {
			c.must(',')
		}
		c.skip(depth + 1)
	}
}

// numeral consumes -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func (c *cursor) numeral() {
	c.one("-", "")
	if !c.one("0", "") {
		c.digits()
	}
	if c.one(".", "") {
		c.digits()
	}
	if c.one("e", "E") {
		if !c.one("+", "-") {
			c.one("-", "")
		}
		c.digits()
	}
}

// one consumes a or b, without white space before it.
func (c *cursor) one(a, b string) bool {
	if c.bad || c.i >= len(c.b) {
		return false
	}
	if next := c.b[c.i]; next == a[0] || b != "" && next == b[0] {
		c.i++
		return true
	}
	return false
}

func (c *cursor) digits() {
	from := c.i
	for c.i < len(c.b) && c.b[c.i] >= '0' && c.b[c.i] <= '9' {
		c.i++
	}
	if c.i == from {
		c.fail()
	}
}
