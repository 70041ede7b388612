package chat

import "bytes"

// skip passes over any value and checks it.
func (c *jsonScanner) skip(depth int) {
	if depth > maxDepth {
		c.fail()
		return
	}
	switch c.peek() {
	case '"':
		c.text()
	case '{':
		c.skipObject(depth)
	case '[':
		c.skipArray(depth)
	case 't':
		c.literal("true")
	case 'f':
		c.literal("false")
	case 'n':
		c.literal("null")
	default:
		c.skipNumber()
	}
}

func (c *jsonScanner) skipObject(depth int) {
	c.i++
	for first := true; !c.bad && !c.take('}'); first = false {
		if !first {
			c.expect(',')
		}
		c.skipSpace()
		c.text()
		c.expect(':')
		c.skip(depth + 1)
	}
}

func (c *jsonScanner) skipArray(depth int) {
	c.i++
	for first := true; !c.bad && !c.take(']'); first = false {
		if !first {
			c.expect(',')
		}
		c.skip(depth + 1)
	}
}

// literal consumes one of true, false and null. It does not look at what follows.
func (c *jsonScanner) literal(word string) {
	if !bytes.HasPrefix(c.b[c.i:], []byte(word)) {
		c.fail()
		return
	}
	c.i += len(word)
}

// skipNumber consumes -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?.
func (c *jsonScanner) skipNumber() {
	c.either('-', '-')
	if !c.either('0', '0') {
		c.skipDigits()
	}
	if c.either('.', '.') {
		c.skipDigits()
	}
	if c.either('e', 'E') {
		c.either('+', '-')
		c.skipDigits()
	}
}

// either consumes a or b if one is next, without white space before it.
func (c *jsonScanner) either(a, b byte) bool {
	if c.bad || c.i >= len(c.b) || c.b[c.i] != a && c.b[c.i] != b {
		return false
	}
	c.i++
	return true
}

// skipDigits wants one digit or more.
func (c *jsonScanner) skipDigits() {
	from := c.i
	for c.i < len(c.b) && c.b[c.i] >= '0' && c.b[c.i] <= '9' {
		c.i++
	}
	if c.i == from {
		c.fail()
	}
}
