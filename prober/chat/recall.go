package chat

import (
	"bytes"
	"encoding/json"
)

// recall looks for a word in a text that comes in pieces. It keeps only as much of the text as a match
// that has begun may need:
//
//	expect  "lighthouse"      pieces  "the light" │ "house of"
//	tail after the first      "the light"  (at most len(expect)-1 bytes)
type recall struct {
	expect []byte
	tail   []byte
	found  bool
}

// add searches one piece, the inside of a JSON string.
func (r *recall) add(raw []byte) {
	if r.found || len(r.expect) == 0 || len(raw) == 0 {
		return
	}
	r.tail = append(r.tail, unescaped(raw)...)
	if bytes.Contains(r.tail, r.expect) {
		r.found, r.tail = true, nil
		return
	}
	if cut := len(r.tail) - len(r.expect) + 1; cut > 0 {
		r.tail = append(r.tail[:0], r.tail[cut:]...)
	}
}

// unescaped is the text of the inside of a JSON string.
func unescaped(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	quoted := make([]byte, 0, len(raw)+2)
	quoted = append(append(append(quoted, '"'), raw...), '"')
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return raw
	}
	return []byte(s)
}

// verdict on an answer. One that was cut short is judged only if the word has come already.
func (r *recall) verdict(complete bool) Recall {
	switch {
	case len(r.expect) == 0:
		return NotAsked
	case r.found:
		return Right
	case complete:
		return Wrong
	}
	return NotAsked
}

// String is the word of labels, results and spans; empty where nothing was asked.
func (r Recall) String() string {
	switch r {
	case Right:
		return "right"
	case Wrong:
		return "wrong"
	default:
		return ""
	}
}
