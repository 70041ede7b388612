package config

import (
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober/slo"
)

// tier is the built-in set of objectives of that name, as if it had been written where it is named;
// nil if there is none. A set of the file's own with the same name goes before it.
func (r *reader) tier(name *yaml.Node, s section) *yaml.Node {
	t, ok := slo.TierNamed(name.Value)
	if s.key != "slos" || !ok {
		return nil
	}
	var n yaml.Node
	if n.Encode(t.Objectives) != nil {
		return nil
	}
	r.placed(&n, r.places[name])
	return &n
}

// placed puts a node, and all below it, where another stands.
func (r *reader) placed(n *yaml.Node, at place) {
	n.Line = at.line
	r.places[n] = at
	for _, c := range n.Content {
		r.placed(c, at)
	}
}

func tierNames() []string {
	var names []string
	for _, t := range slo.Tiers() {
		names = append(names, t.Name)
	}
	return names
}
