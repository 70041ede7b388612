package config

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// valueOf returns the value under a key, or nil.
func valueOf(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// merged puts over on top of under, mapping by mapping; any other value, null included, replaces the one
// below. Neither is changed, and every value keeps its place.
func (r *reader) merged(over, under *yaml.Node) *yaml.Node {
	switch {
	case over == nil:
		return under
	case under == nil || over.Kind != yaml.MappingNode || under.Kind != yaml.MappingNode:
		return over
	}
	m := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: over.Line}
	r.places[m] = r.places[over]
	for i := 0; i < len(over.Content); i += 2 {
		key := over.Content[i]
		m.Content = append(m.Content, key, r.merged(over.Content[i+1], valueOf(under, key.Value)))
	}
	m.Content = append(m.Content, missingPairs(over, under)...)
	return m
}

// step follows a dotted path, slos.ttft.threshold or session_headers[2], by one key or index. It returns
// the value there, nil if there is none, and the rest of the path. Keys may contain dots: step takes the
// longest key that fits.
func step(n *yaml.Node, path string) (next *yaml.Node, rest string) {
	switch n.Kind {
	case yaml.MappingNode:
		longest := -1
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			left, fits := strings.CutPrefix(path, key)
			if fits && len(key) > longest && (left == "" || left[0] == '.' || left[0] == '[') {
				longest, next, rest = len(key), n.Content[i+1], strings.TrimPrefix(left, ".")
			}
		}
	case yaml.SequenceNode:
		index, left, _ := strings.Cut(strings.TrimPrefix(path, "["), "]")
		if i, err := strconv.Atoi(index); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i], strings.TrimPrefix(left, ".")
		}
	default: // a scalar has nothing below it
	}
	return next, rest
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
