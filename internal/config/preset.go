package config

import (
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober/preset"
)

// preset puts what a target's engine needs below all that the file says of the target. An engine without a preset
// stays a mere label.
func (r *reader) preset(n *yaml.Node) *yaml.Node {
	engine, base := valueOf(n, "engine"), valueOf(n, "url")
	if engine == nil || base == nil {
		return n
	}
	p, ok := preset.Named(engine.Value)
	if !ok {
		return n
	}
	var defaults yaml.Node
	if err := defaults.Encode(p.Defaults(base.Value)); err != nil {
		r.at(engine, "the preset of %s cannot be written: %s", p.Engine, err)
		return n
	}
	r.placed(&defaults, r.places[engine])
	return r.merged(n, &defaults)
}
