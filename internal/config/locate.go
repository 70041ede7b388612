package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// maxNodes bounds a file whose aliases multiply it ("a billion laughs").
const maxNodes = 1_000_000

// reader turns one file into targets and remembers what is wrong.
type reader struct {
	name     string
	now      time.Time
	places   map[*yaml.Node]place // where each value was written
	sizes    map[*yaml.Node]int   // nodes at and below; 0 while the node is being looked at
	broken   map[*yaml.Node]bool  // reported already: what follows from it is not
	checked  map[*yaml.Node]bool  // held to its type already: whether it was right
	also     []Check
	problems Errors
	warnings Errors
}

// place is where a value was written: the line of its key, and the path to it.
type place struct {
	line int
	path string
}

func newReader(name string, now time.Time) *reader {
	return &reader{
		name: name, now: now,
		places: map[*yaml.Node]place{}, sizes: map[*yaml.Node]int{}, broken: map[*yaml.Node]bool{},
		checked: map[*yaml.Node]bool{},
	}
}

func (r *reader) add(line int, path, format string, args ...any) {
	r.problems = append(r.problems, Problem{File: r.name, Line: line, Path: path, Reason: fmt.Sprintf(format, args...)})
}

// at reports a problem of a value where it was written.
func (r *reader) at(n *yaml.Node, format string, args ...any) {
	p := r.places[n]
	r.add(p.line, p.path, format, args...)
}

// spoil reports a problem of a value and takes it out, so that nothing that follows from it is
// reported too.
func (r *reader) spoil(n *yaml.Node, format string, args ...any) {
	r.at(n, format, args...)
	*n = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line}
	r.broken[n] = true
}

// locate notes the place of every value, puts what aliases and merge keys stand for in their place,
// and reports keys that are there twice. It must see a node before anything else does.
func (r *reader) locate(root *yaml.Node) *yaml.Node {
	r.places[root] = place{line: root.Line}
	r.children(root, "")
	return root
}

// children does the work of locate below n, whose path is given, and returns the size of n.
func (r *reader) children(n *yaml.Node, path string) int {
	r.sizes[n] = 0
	size := 1
	switch n.Kind {
	case yaml.SequenceNode:
		for i, item := range n.Content {
			n.Content[i] = r.child(item, item.Line, fmt.Sprintf("%s[%d]", path, i), &size)
		}
	case yaml.MappingNode:
		r.unique(n, path)
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i]
			n.Content[i+1] = r.child(n.Content[i+1], key.Line, join(path, key.Value), &size)
		}
		r.mergeKeys(n)
	default: // a scalar has no children, and aliases are gone
	}
	r.sizes[n] = size
	return size
}

// child is what stands at a place: the value itself, or what it is an alias of, whose place stays
// the one where it was written.
func (r *reader) child(n *yaml.Node, line int, path string, size *int) *yaml.Node {
	if n.Kind != yaml.AliasNode {
		r.places[n] = place{line, path}
		*size += r.children(n, path)
		return n
	}
	below := r.sizes[n.Alias]
	if below == 0 || *size+below > maxNodes {
		r.places[n] = place{line, path}
		r.spoil(n, "the alias *%s refers to itself or makes the file too large", n.Value)
		return n
	}
	*size += below
	return n.Alias
}

// unique reports keys that are there twice and keeps the first.
func (r *reader) unique(n *yaml.Node, path string) {
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

// mergeKeys replaces YAML's `<<: *anchor` by what it brings in; keys of n's own win.
func (r *reader) mergeKeys(n *yaml.Node) {
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
			n.Content = append(n.Content, absent(n, b)...)
		}
		return
	}
}

// absent are the pairs of from whose keys n does not have.
func absent(n, from *yaml.Node) []*yaml.Node {
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

var yamlLine = regexp.MustCompile(`line (\d+): `)

// syntax reports what is not YAML at all. The YAML library gives at most one line.
func (r *reader) syntax(err error) {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.Replace(text, m[0], "", 1)
	}
	r.add(line, "", "this is not YAML: %s", text)
}

func join(path, key string) string {
	if path == "" || key == "" {
		return path + key
	}
	return path + "." + key
}
