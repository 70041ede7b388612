package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"
)

// fields are the keys of a struct, inlined ones included, and the type of what is under each.
type fields struct {
	types map[string]reflect.Type
	any   reflect.Type // of every other key, where a map is inlined; else nil
}

func fieldsOf(t reflect.Type) fields {
	f := fields{types: map[string]reflect.Type{}}
	for _, field := range reflect.VisibleFields(t) {
		if len(field.Index) > 1 || !field.IsExported() {
			continue
		}
		name, options, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		switch {
		case name == "-":
		case strings.Contains(options, "inline") && field.Type.Kind() == reflect.Map:
			f.any = field.Type.Elem()
		case strings.Contains(options, "inline"):
			maps.Copy(f.types, fieldsOf(field.Type).types)
		case name == "":
			f.types[strings.ToLower(field.Name)] = field.Type
		default:
			f.types[name] = field.Type
		}
	}
	return f
}

func (f fields) of(key string) (reflect.Type, bool) {
	if t, ok := f.types[key]; ok {
		return t, true
	}
	return f.any, f.any != nil
}

func (f fields) names() []string {
	return slices.Sorted(maps.Keys(f.types))
}

// isLeaf says that a value of the type is read at once: a scalar, anything at all, or a type whose
// YAML form has nothing to do with its Go fields.
func isLeaf(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		return t == reflect.TypeFor[time.Time]() || hasReader(t) && !isTagged(t)
	case reflect.Map, reflect.Slice:
		return hasReader(t) || t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Interface
	default:
		return true
	}
}

// hasReader says that the type reads itself, in the present or the older manner of the library.
func hasReader(t reflect.Type) bool {
	type older interface {
		UnmarshalYAML(unmarshal func(any) error) error
	}
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[yaml.Unmarshaler]()) || p.Implements(reflect.TypeFor[older]())
}

func isTagged(t reflect.Type) bool {
	for field := range t.Fields() {
		if _, ok := field.Tag.Lookup("yaml"); ok {
			return true
		}
	}
	return false
}

// wanted is what a person calls a value of the type.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "a whole number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number, 0 or more"
	case reflect.Slice, reflect.Array:
		return "a list"
	default:
		return wantedStruct(t)
	}
}

func wantedStruct(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Time]():
		return "a time such as 2026-12-01T18:00:00Z"
	case reflect.TypeFor[config.URL]():
		return "a URL such as http://proxy:3128"
	default:
		return "a mapping"
	}
}

// kindName is what a person calls what stands in the file. It quotes nothing: the value of a wrong
// key may be a secret.
func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	default:
		return scalarName(n.ShortTag())
	}
}

func scalarName(tag string) string {
	switch tag {
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!null":
		return "nothing"
	case "!!timestamp":
		return "a time"
	default:
		return "text"
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// nearest is the known name within two edits of a mistyped one.
func nearest(name string, known []string) (string, bool) {
	best, at := 3, ""
	for _, k := range known {
		if d := edits(name, k); d < best && d < len(k) {
			best, at = d, k
		}
	}
	return at, at != ""
}

// edits is the Levenshtein distance of two short words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
