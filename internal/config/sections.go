package config

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// named are the sections whose entries a target may name instead of writing them out. Each has the
// same key in a target.
func named() []section {
	return []section{{"workload", "workloads"}, {"prices", "prices"}, {"slos", "slos"}}
}

type section struct{ key, name string }

// names puts the named entry in the place of its name, in every target and in the defaults. They
// share the entry's nodes, so a mistake in it is reported where it was made, and once.
func (r *reader) names(root *yaml.Node, s section) {
	entries := valueOf(root, s.name)
	users := r.written(valueOf(root, "targets"))
	if d := valueOf(root, "defaults"); d != nil {
		users = append(users, d)
	}
	for _, user := range users {
		for i := 0; user.Kind == yaml.MappingNode && i < len(user.Content); i += 2 {
			if name := user.Content[i+1]; user.Content[i].Value == s.key && name.Kind == yaml.ScalarNode && !isNull(name) {
				user.Content[i+1] = r.entry(name, entries, s)
			}
		}
	}
}

func (r *reader) entry(name, entries *yaml.Node, s section) *yaml.Node {
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
	r.spoil(name, "%q is not one of the named `%s`: %s", name.Value, s.name, known)
	return name
}

func keysOf(n *yaml.Node) []string {
	var keys []string
	for i := 0; i < len(n.Content); i += 2 {
		keys = append(keys, n.Content[i].Value)
	}
	return keys
}
