package config

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// maxNodes bounds a file whose aliases multiply it ("a billion laughs").
const maxNodes = 1_000_000

// locate records the place of every value, replaces aliases and merge keys by the values they stand for,
// and reports duplicate keys. It must run before anything else looks at the nodes.
func (r *reader) locate(root *yaml.Node) *yaml.Node {
	r.places[root] = place{line: root.Line}
	r.locateBelow(root, "")
	return root
}

// locateBelow locates everything below n, whose path is given, and returns the size of n.
func (r *reader) locateBelow(n *yaml.Node, path string) int {
	r.sizes[n] = 0
	size := 1
	switch n.Kind {
	case yaml.SequenceNode:
		for i, item := range n.Content {
			n.Content[i] = r.locateChild(item, item.Line, fmt.Sprintf("%s[%d]", path, i), &size)
		}
	case yaml.MappingNode:
		r.dropDuplicates(n, path)
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i]
			n.Content[i+1] = r.locateChild(n.Content[i+1], key.Line, join(path, key.Value), &size)
		}
		r.expandMergeKey(n)
	default: // a scalar has no children, and locateChild has replaced aliases
	}
	r.sizes[n] = size
	return size
}

// locateChild returns the value at a place. For an alias that is the anchored value, which keeps the place
// where it was written.
func (r *reader) locateChild(n *yaml.Node, line int, path string, size *int) *yaml.Node {
	if n.Kind != yaml.AliasNode {
		r.places[n] = place{line: line, path: path}
		*size += r.locateBelow(n, path)
		return n
	}
	below := r.sizes[n.Alias]
	if below == 0 || *size+below > maxNodes {
		r.places[n] = place{line: line, path: path}
		r.reject(n, "the alias *%s refers to itself or makes the file too large", n.Value)
		return n
	}
	*size += below
	return n.Alias
}

// dropDuplicates reports duplicate keys and keeps the first of each.
func (r *reader) dropDuplicates(n *yaml.Node, path string) {
	first := map[string]int{}
	kept := n.Content[:0]
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if line, twice := first[key.Value]; twice {
			r.add(key.Line, join(path, key.Value), "is there twice: it was already set in line %d", line)
			continue
		}
		first[key.Value] = key.Line
		kept = append(kept, key, value)
	}
	n.Content = kept
}

// expandMergeKey replaces YAML's `<<: *anchor` by the pairs of the anchored mapping. Keys of n itself win.
func (r *reader) expandMergeKey(n *yaml.Node) {
	for i := 0; i < len(n.Content); i += 2 {
		if key := n.Content[i]; key.Tag != "!!merge" && key.Value != "<<" {
			continue
		}
		from := n.Content[i+1]
		n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
		brought := []*yaml.Node{from}
		if from.Kind == yaml.SequenceNode {
			brought = from.Content
		}
		for _, b := range brought {
			n.Content = append(n.Content, missingPairs(n, b)...)
		}
		return
	}
}

// missingPairs returns the pairs of from whose keys n does not have.
func missingPairs(n, from *yaml.Node) []*yaml.Node {
	var pairs []*yaml.Node
	if from.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i < len(from.Content); i += 2 {
		if valueOf(n, from.Content[i].Value) == nil {
			pairs = append(pairs, from.Content[i], from.Content[i+1])
		}
	}
	return pairs
}
