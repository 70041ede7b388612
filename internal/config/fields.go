package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// fields are the keys of a struct, inlined ones included, with the type of the value under each.
type fields struct {
	types map[string]reflect.Type
	any   reflect.Type // of all other keys if a map is inlined, else nil
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

// isLeaf reports whether a value of the type is decoded as a whole: a scalar, an arbitrary value, or a
// type whose YAML form does not follow its Go fields.
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

// hasReader reports whether the type decodes itself, by the present or the older interface of the library.
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
