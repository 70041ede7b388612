package chat

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// placeholder in Endpoint.ExtraBody stands for the turn's number of output tokens.
const placeholder = "${max_tokens}"

// field is a top-level field of a request that a dialect sends unless Endpoint.ExtraBody says
// otherwise.
type field struct {
	key   string
	value any
}

// template is a rendered field with holes for the turn's number of output tokens:
//
//	"x":{"n":│,"m":│}    three parts, two holes
type template struct{ parts [][]byte }

func (t *template) write(s *segments, maxTokens int) {
	for i, p := range t.parts {
		if i > 0 {
			s.number(maxTokens)
		}
		s.scratch = append(s.scratch, p...)
	}
}

// verbatim is text that is never a placeholder.
type verbatim string

// merge renders the fields of a request: those that are the same in every turn into head, the
// others into tail. A key in extra replaces the default of that name; null only removes it.
func merge(defaults []field, extra map[string]any) (head []byte, tail []template, err error) {
	head = append(head, '{')
	for _, f := range fieldsOf(defaults, extra) {
		t := template{parts: [][]byte{appendQuoted(nil, f.key)}}
		t.literal(":")
		if err := t.value(f.value); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f.key, err)
		}
		if len(t.parts) > 1 {
			tail = append(tail, t)
			continue
		}
		head = append(append(head, t.parts[0]...), ',')
	}
	return head, tail, nil
}

func fieldsOf(defaults []field, extra map[string]any) []field {
	var fields []field
	for _, d := range defaults {
		if _, replaced := extra[d.key]; !replaced {
			fields = append(fields, d)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(extra)) {
		if v := extra[key]; v != nil {
			fields = append(fields, field{key, v})
		}
	}
	return fields
}

func (t *template) literal(s string) {
	last := len(t.parts) - 1
	t.parts[last] = append(t.parts[last], s...)
}

// value renders v as JSON, keys sorted, and a hole for each string that is the placeholder.
func (t *template) value(v any) error {
	switch v := v.(type) {
	case verbatim:
		t.literal(string(appendQuoted(nil, string(v))))
		return nil
	case string:
		if v == placeholder {
			t.parts = append(t.parts, nil)
			return nil
		}
	case map[string]any:
		return t.object(v)
	case []any:
		return t.list(v)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("cannot be written as JSON: %w", err)
	}
	t.literal(string(b))
	return nil
}

func (t *template) object(m map[string]any) error {
	t.literal("{")
	for i, key := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			t.literal(",")
		}
		t.literal(string(appendQuoted(nil, key)) + ":")
		if err := t.value(m[key]); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	t.literal("}")
	return nil
}

func (t *template) list(l []any) error {
	t.literal("[")
	for i, v := range l {
		if i > 0 {
			t.literal(",")
		}
		if err := t.value(v); err != nil {
			return err
		}
	}
	t.literal("]")
	return nil
}
