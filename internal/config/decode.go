package config

import (
	"reflect"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/invalid"
)

// Decode reads data, the content of a file of that name, into a structure that holds the defaults, as strictly as a
// configuration is read: the keys are those of the structure's YAML tags. validate then finds what is wrong with the
// structure. An empty file changes nothing. The error is Errors.
func Decode(name string, data []byte, into any, validate func() invalid.Errors) error {
	r := newReader(name, time.Time{})
	root := r.mapping(data)
	if root != nil && len(r.problems) == 0 {
		r.checkType(root, reflect.TypeOf(into))
		if err := root.Decode(into); err != nil {
			text, _ := withoutWrapping(err)
			r.addAt(root, "%s", text)
		}
	}
	for _, problem := range validate() {
		r.addBelow(root, problem.Path, "", problem.Reason)
	}
	if len(r.problems) > 0 {
		return r.problems.sorted()
	}
	return nil
}

// mapping is the top of a file; an empty one for an empty file, and after a problem that leaves nothing to read.
func (r *reader) mapping(data []byte) *yaml.Node {
	if root, _ := r.document(data, "a mapping"); root != nil {
		return root
	}
	return &yaml.Node{Kind: yaml.MappingNode, Line: 1}
}
