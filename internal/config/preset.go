package config

import (
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober/preset"
)

// withPreset puts the settings that a target's engine needs below everything that the file says of the
// target. An engine without a preset is only a label.
func (r *reader) withPreset(n *yaml.Node) *yaml.Node {
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
		r.addAt(engine, "the preset of %s cannot be written: %s", p.Engine, err)
		return n
	}
	r.setPlaces(&defaults, r.places[engine])
	return r.merged(n, &defaults)
}
