package config

import (
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober/slo"
)

// tier returns the built-in set of objectives of that name, as if it were written out at the name; nil if
// there is none. lookUp asks for it only when the file has no set of that name.
func (r *reader) tier(name *yaml.Node, s namedSection) *yaml.Node {
	t, ok := slo.TierNamed(name.Value)
	if s.key != "slos" || !ok {
		return nil
	}
	var n yaml.Node
	if n.Encode(t.Objectives) != nil {
		return nil
	}
	r.setPlaces(&n, r.places[name])
	return &n
}

// setPlaces gives a node, and everything below it, one place.
func (r *reader) setPlaces(n *yaml.Node, at place) {
	n.Line = at.line
	r.places[n] = at
	for _, c := range n.Content {
		r.setPlaces(c, at)
	}
}

func tierNames() []string {
	var names []string
	for _, t := range slo.Tiers() {
		names = append(names, t.Name)
	}
	return names
}
