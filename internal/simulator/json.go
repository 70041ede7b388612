package simulator

import (
	"bytes"
	"fmt"
	"strconv"
)

// walker walks over a JSON text once and without copying it: a string comes as the bytes between its quotes,
// still escaped. A request of a megabyte is mostly a few long strings, which are skipped at the speed of a
// search for a quote. It is as strict as finding its way needs.
//
// The prober's client has a JSON scanner of its own. The two share no code on purpose: a fake server that
// reads with the parser of the client under test would share its mistakes and hide them.
type walker struct {
	text  []byte
	at    int
	depth int
	err   error
}

// deepest is the deepest nesting that a request may have.
const deepest = 256

// enter counts a level of nesting.
func (w *walker) enter(open byte, want string) bool {
	if w.depth == deepest {
		w.fail("less nesting")
		return false
	}
	if !w.accept(open) {
		w.fail(want)
		return false
	}
	w.depth++
	return true
}

func (w *walker) fail(want string) {
	if w.err == nil {
		w.err = fmt.Errorf("invalid JSON at byte %d: want %s", w.at, want)
	}
}

// peek is the next byte that is not white space; 0 at the end or after an error.
func (w *walker) peek() byte {
	for w.err == nil && w.at < len(w.text) {
		switch c := w.text[w.at]; c {
		case ' ', '\n', '\r', '\t':
			w.at++
		default:
			return c
		}
	}
	return 0
}

func (w *walker) accept(c byte) bool {
	if w.peek() != c {
		return false
	}
	w.at++
	return true
}

// object calls field for each key. field must consume the value.
func (w *walker) object(field func(key string)) {
	if !w.enter('{', "an object") {
		return
	}
	defer func() { w.depth-- }()
	if w.accept('}') {
		return
	}
	for w.err == nil {
		key := w.str()
		if !w.accept(':') {
			w.fail("a colon")
			return
		}
		field(string(key))
		if w.accept(',') {
			continue
		}
		if !w.accept('}') {
			w.fail("a comma or the end of the object")
		}
		return
	}
}

// array calls item for each element. item must consume the element.
func (w *walker) array(item func()) {
	if !w.enter('[', "an array") {
		return
	}
	defer func() { w.depth-- }()
	if w.accept(']') {
		return
	}
	for w.err == nil {
		item()
		if w.accept(',') {
			continue
		}
		if !w.accept(']') {
			w.fail("a comma or the end of the array")
		}
		return
	}
}

// str is a string without its quotes and still escaped.
func (w *walker) str() []byte {
	if !w.accept('"') {
		w.fail("a string")
		return nil
	}
	start := w.at
	for {
		n := bytes.IndexByte(w.text[w.at:], '"')
		if n < 0 {
			w.fail("the end of a string")
			return nil
		}
		w.at += n + 1
		slashes := 0
		for i := w.at - 2; i >= start && w.text[i] == '\\'; i-- {
			slashes++
		}
		if slashes%2 == 0 {
			return w.text[start : w.at-1]
		}
	}
}

// textOrNull is the bytes of a string, or nil for null.
func (w *walker) textOrNull() []byte {
	if w.peek() == 'n' {
		w.literal()
		return nil
	}
	return w.str()
}

func (w *walker) literal() []byte {
	w.peek()
	start := w.at
	for w.at < len(w.text) && !bytes.ContainsRune([]byte(",]} \n\r\t"), rune(w.text[w.at])) {
		w.at++
	}
	if start == w.at {
		w.fail("a value")
	}
	return w.text[start:w.at]
}

// number is an integer; null counts as 0.
func (w *walker) number() int {
	v := string(w.literal())
	n, err := strconv.Atoi(v)
	if err != nil && v != "null" {
		w.fail("an integer")
	}
	return n
}

func (w *walker) boolean() bool {
	v := string(w.literal())
	if v != "true" && v != "false" && v != "null" {
		w.fail("true or false")
	}
	return v == "true"
}

// raw is a whole value, unparsed.
func (w *walker) raw() []byte {
	c := w.peek()
	start := w.at
	switch c {
	case '{':
		w.object(func(string) { w.raw() })
	case '[':
		w.array(func() { w.raw() })
	case '"':
		w.str()
	default:
		w.literal()
	}
	return w.text[start:w.at]
}

// end fails if something follows the value.
func (w *walker) end() error {
	if w.peek() != 0 {
		w.fail("the end")
	}
	return w.err
}
