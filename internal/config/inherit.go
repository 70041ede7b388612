package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober/slo"
)

// withModelPrices gives a target without a word on prices the price list of its model.
func (r *reader) withModelPrices(n, prices *yaml.Node) *yaml.Node {
	m := valueOf(n, "model")
	if m == nil || valueOf(n, "prices") != nil {
		return n
	}
	list := valueOf(prices, m.Value)
	if list == nil {
		return n
	}
	with := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: n.Line}
	r.places[with] = r.places[n]
	with.Content = append(slices.Clone(n.Content), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: "prices"}, list)
	return with
}

// withTransport puts our defaults of `http` below the target's. Prometheus' reader starts from its own,
// with HTTP/2 on, and all streams of a target would then share one connection.
func (r *reader) withTransport(n *yaml.Node, defaults config.HTTPClientConfig) *yaml.Node {
	if h := valueOf(n, "http"); h == nil || h.Kind != yaml.MappingNode {
		return n
	}
	base := fmt.Sprintf("http: {enable_http2: %v, follow_redirects: %v}", defaults.EnableHTTP2, defaults.FollowRedirects)
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(base), &doc); err != nil {
		return n
	}
	return r.merged(n, doc.Content[0])
}

// objectives puts the file's objectives on top of the defaults, key by key; null removes an objective.
func objectives(n *yaml.Node, defaults map[slo.Name]slo.Objective) map[slo.Name]slo.Objective {
	all := maps.Clone(defaults)
	if n == nil {
		return all
	}
	if isNull(n) {
		return nil
	}
	for i := 0; i < len(n.Content); i += 2 {
		name, value := slo.Name(n.Content[i].Value), n.Content[i+1]
		if isNull(value) {
			delete(all, name)
			continue
		}
		o := all[name]
		if value.Decode(&o) == nil { // checkType has reported an error
			all[name] = o
		}
	}
	return all
}
