package config

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// namedSections are the sections whose entries a target may name instead of writing them out.
func namedSections() []namedSection {
	return []namedSection{{"workload", "workloads"}, {"prices", "prices"}, {"slos", "slos"}}
}

// namedSection is a section of the file and the key in a target that may name one of its entries.
type namedSection struct{ key, name string }

// resolveNames replaces names by the named entries, in every target and in the defaults. All users share
// the entry's nodes, so a mistake in it is reported once and at its own place.
func (r *reader) resolveNames(root *yaml.Node, s namedSection) {
	entries := valueOf(root, s.name)
	users := append(r.targetNodes(valueOf(root, "targets")), r.listTargets(root)...)
	if d := valueOf(root, "defaults"); d != nil {
		users = append(users, d)
	}
	for _, user := range users {
		for i := 0; user.Kind == yaml.MappingNode && i < len(user.Content); i += 2 {
			if name := user.Content[i+1]; user.Content[i].Value == s.key && name.Kind == yaml.ScalarNode && !isNull(name) {
				user.Content[i+1] = r.lookUp(name, entries, s)
			}
		}
	}
}

func (r *reader) lookUp(name, entries *yaml.Node, s namedSection) *yaml.Node {
	if e := valueOf(entries, name.Value); e != nil {
		return e
	}
	if t := r.tier(name, s); t != nil {
		return t
	}
	known := "there are none in this file"
	if entries != nil && entries.Kind == yaml.MappingNode && len(entries.Content) > 0 {
		known = "there are " + strings.Join(keysOf(entries), ", ")
	}
	if s.key == "slos" {
		known += "; built in are " + strings.Join(tierNames(), ", ")
	}
	r.reject(name, "%q is not one of the named `%s`: %s", name.Value, s.name, known)
	return name
}

func keysOf(n *yaml.Node) []string {
	var keys []string
	for i := 0; i < len(n.Content); i += 2 {
		keys = append(keys, n.Content[i].Value)
	}
	return keys
}
