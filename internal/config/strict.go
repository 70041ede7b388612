package config

import (
	"reflect"
	"strings"
	"time"

	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"
)

// check holds a value to the Go type that it is for, key by key and value by value, so that each
// mistake is reported in its own place and none hides another. What is wrong is taken out.
//
// It returns whether everything below n was right. A value that many targets share is looked at once.
func (r *reader) check(n *yaml.Node, t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	right, seen := r.checked[n]
	if !seen {
		right = r.checkNew(n, t)
		r.checked[n] = right
	}
	return right
}

func (r *reader) checkNew(n *yaml.Node, t reflect.Type) bool {
	switch {
	case r.broken[n]:
		return false
	case isNull(n):
		return true
	case isLeaf(t):
		return r.decodes(n, t)
	case t.Kind() == reflect.Struct:
		return r.checkStruct(n, t)
	case t.Kind() == reflect.Map:
		return r.checkMap(n, t)
	default:
		return r.checkList(n, t)
	}
}

func (r *reader) checkStruct(n *yaml.Node, t reflect.Type) bool {
	if !r.isKind(n, yaml.MappingNode, t) {
		return false
	}
	fields := fieldsOf(t)
	right := true
	kept := n.Content[:0:0]
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, known := fields.of(key.Value)
		if !known {
			r.unknown(n, key, fields)
			right = false
			continue
		}
		right = r.check(value, field) && right
		kept = append(kept, key, value)
	}
	n.Content = kept
	// A type with a reader of its own has rules of its own: at most one of basic_auth and oauth2.
	if right && hasReader(t) {
		return r.decodes(n, t)
	}
	return right
}

func (r *reader) checkMap(n *yaml.Node, t reflect.Type) bool {
	if !r.isKind(n, yaml.MappingNode, t) {
		return false
	}
	right := true
	kept := n.Content[:0:0]
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		// A key may have a type of its own: the name of an objective, of which there are few.
		if err := key.Decode(reflect.New(t.Key()).Interface()); err != nil {
			text, _ := cleaned(err)
			r.add(key.Line, join(r.places[n].path, key.Value), "%s", text)
			right = false
			continue
		}
		right = r.check(value, t.Elem()) && right
		kept = append(kept, key, value)
	}
	n.Content = kept
	return right
}

// checkList takes the whole list out if one of its items is wrong: without it the others would
// have other places.
func (r *reader) checkList(n *yaml.Node, t reflect.Type) bool {
	if !r.isKind(n, yaml.SequenceNode, t) {
		return false
	}
	right := true
	for _, item := range n.Content {
		right = r.check(item, t.Elem()) && right
	}
	if !right {
		line := n.Line
		*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: line}
		r.broken[n] = true
	}
	return right
}

func (r *reader) isKind(n *yaml.Node, want yaml.Kind, t reflect.Type) bool {
	if n.Kind == want {
		return true
	}
	r.spoil(n, "must be %s, not %s", wanted(t), kindName(n))
	return false
}

// decodes tries one value by itself. Readers of types that are written by hand (a duration, a
// price, an HTTP client) say what is wrong in words of their own.
func (r *reader) decodes(n *yaml.Node, t reflect.Type) bool {
	err := n.Decode(reflect.New(t).Interface())
	if err == nil {
		return true
	}
	text, ours := cleaned(err)
	if !ours || isPlain(t) {
		text = "must be " + wanted(t) + ", not " + kindName(n)
	}
	r.spoil(n, "%s", text)
	return false
}

// isPlain says that the error of the type's reader is not shown: that of a time is about Go
// layouts, and that of a URL repeats it, password included.
func isPlain(t reflect.Type) bool {
	return t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[config.URL]()
}

// cleaned is an error without the wrapping of the YAML library, and whether it came from a reader
// written by hand: the library's own talk of Go types, which are not the user's business.
func cleaned(err error) (text string, ours bool) {
	text = strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors:\n  ")
	text, _, _ = strings.Cut(text, "\n")
	text = yamlLine.ReplaceAllString(text, "")
	return text, !strings.HasPrefix(text, "cannot unmarshal ") && !strings.HasPrefix(text, "cannot decode ")
}

func (r *reader) unknown(parent, key *yaml.Node, known fields) {
	path := join(r.places[parent].path, key.Value)
	if near, ok := nearest(key.Value, known.names()); ok {
		r.add(key.Line, path, "there is no such key; did you mean %s?", near)
		return
	}
	r.add(key.Line, path, "there is no such key; known are %s", strings.Join(known.names(), ", "))
}
