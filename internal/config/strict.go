package config

import (
	"math"
	"reflect"
	"strings"
	"time"

	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// checkType compares a value with the Go type that it is for, key by key and value by value, so that each
// mistake is reported at its own place and none hides another. Wrong values are removed.
//
// It returns whether everything below n was right. A value that many targets share is checked once.
func (r *reader) checkType(n *yaml.Node, t reflect.Type) bool {
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
	if !r.requireKind(n, yaml.MappingNode, t) {
		return false
	}
	fields := fieldsOf(t)
	right := true
	kept := n.Content[:0:0]
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field, known := fields.of(key.Value)
		if !known {
			r.addUnknownKey(n, key, fields)
			right = false
			continue
		}
		right = r.checkType(value, field) && right
		kept = append(kept, key, value)
	}
	n.Content = kept
	// A type that decodes itself may have more rules, such as at most one of basic_auth and oauth2.
	if right && hasReader(t) {
		return r.decodes(n, t)
	}
	return right
}

func (r *reader) checkMap(n *yaml.Node, t reflect.Type) bool {
	if !r.requireKind(n, yaml.MappingNode, t) {
		return false
	}
	right := true
	kept := n.Content[:0:0]
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		// Keys may have a type of few values, such as the name of an objective.
		if err := key.Decode(reflect.New(t.Key()).Interface()); err != nil {
			text, _ := withoutWrapping(err)
			r.add(key.Line, join(r.places[n].path, key.Value), "%s", text)
			right = false
			continue
		}
		right = r.checkType(value, t.Elem()) && right
		kept = append(kept, key, value)
	}
	n.Content = kept
	return right
}

// checkList removes the whole list if one of its items is wrong: without that item, the others would have
// other indices.
func (r *reader) checkList(n *yaml.Node, t reflect.Type) bool {
	if !r.requireKind(n, yaml.SequenceNode, t) {
		return false
	}
	right := true
	for _, item := range n.Content {
		right = r.checkType(item, t.Elem()) && right
	}
	if !right {
		line := n.Line
		*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: line}
		r.broken[n] = true
	}
	return right
}

func (r *reader) requireKind(n *yaml.Node, want yaml.Kind, t reflect.Type) bool {
	if n.Kind == want {
		return true
	}
	r.reject(n, "must be %s, not %s", describeType(t), describeNode(n))
	return false
}

// decodes tries one value by itself. Types that decode themselves (a duration, a price, an HTTP client)
// have error messages of their own.
func (r *reader) decodes(n *yaml.Node, t reflect.Type) bool {
	err := n.Decode(reflect.New(t).Interface())
	if err == nil {
		return r.requireWhole(n, t)
	}
	text, ours := withoutWrapping(err)
	if !ours || hidesError(t) {
		text = "must be " + describeType(t) + ", not " + describeNode(n)
	}
	r.reject(n, "%s", text)
	return false
}

// requireWhole rejects a fraction for a whole number, which the YAML library would cut off.
func (r *reader) requireWhole(n *yaml.Node, t reflect.Type) bool {
	var f float64
	if !isWhole(t) || hasReader(t) || n.ShortTag() != "!!float" || n.Decode(&f) != nil || f == math.Trunc(f) {
		return true
	}
	r.reject(n, "must be %s, not a fraction", describeType(t))
	return false
}

func isWhole(t reflect.Type) bool {
	v := reflect.Zero(t)
	return v.CanInt() || v.CanUint()
}

// hidesError reports whether the error of the type's decoder must not be shown: that of a time is about Go
// layouts, and that of a URL repeats the URL, password included.
func hidesError(t reflect.Type) bool {
	return t == reflect.TypeFor[time.Time]() || t == reflect.TypeFor[config.URL]()
}

// withoutWrapping removes the YAML library's wrapping from an error. ours is false for an error of the
// library itself, which speaks of Go types and not of the file.
func withoutWrapping(err error) (text string, ours bool) {
	text = strings.TrimPrefix(err.Error(), "yaml: ")
	text = strings.TrimPrefix(text, "unmarshal errors:\n  ")
	text, _, _ = strings.Cut(text, "\n")
	text = yamlLine.ReplaceAllString(text, "")
	return text, !strings.HasPrefix(text, "cannot unmarshal ") && !strings.HasPrefix(text, "cannot decode ")
}

func (r *reader) addUnknownKey(parent, key *yaml.Node, known fields) {
	path := join(r.places[parent].path, key.Value)
	if near, ok := invalid.Nearest(key.Value, known.names()); ok {
		r.add(key.Line, path, "there is no such key; did you mean %s?", near)
		return
	}
	r.add(key.Line, path, "there is no such key; known are %s", strings.Join(known.names(), ", "))
}
