package config

import (
	"reflect"
	"time"

	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"
)

// describeType says in plain words what a value of the type is.
func describeType(t reflect.Type) string {
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
		return describeStruct(t)
	}
}

func describeStruct(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Time]():
		return "a time such as 2026-12-01T18:00:00Z"
	case reflect.TypeFor[config.URL]():
		return "a URL such as http://proxy:3128"
	default:
		return "a mapping"
	}
}

// describeNode says in plain words what the file has. It quotes nothing: the value of a mistyped key may
// be a secret.
func describeNode(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	default:
		return describeScalar(n.ShortTag())
	}
}

func describeScalar(tag string) string {
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
