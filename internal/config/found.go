package config

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/discovery"
	"github.com/firsttoken/firsttoken/prober"
)

// With returns the configuration with the targets that were found, an element of found for each of its Lists. A list
// with a target that cannot be is left out as a whole, and its error, at the same place, has all problems; the others
// are nil.
func (f *File) With(found [][]discovery.Entry) (*File, []error) {
	with := *f
	errs := make([]error, len(f.Lists))
	if len(f.Lists) == 0 {
		return &with, errs
	}
	r := newReader(f.Name, f.now)
	r.checks = f.checks
	root := r.parse(f.data)
	with.Targets = r.targets(root)
	i := 0
	for _, kind := range listKinds() {
		for _, list := range items(valueOf(root, kind.section)) {
			some, err := r.found(list, root, found[i])
			with.Targets, errs[i] = append(with.Targets, some...), err
			i++
		}
	}
	with.Warnings = r.warnings.sorted()
	return &with, errs
}

// found makes targets of a list, or none.
func (r *reader) found(list, root *yaml.Node, entries []discovery.Entry) ([]prober.Target, error) {
	named := maps.Clone(r.named)
	before, warnings := r.problems, r.warnings
	defer func() { r.problems = before }()
	r.problems = nil
	below := r.listDefaults(list, root)
	var all []prober.Target
	for _, e := range entries {
		all = append(all, r.complete(r.merged(r.entry(e, below), below), root))
	}
	if len(r.problems) > 0 {
		r.named, r.warnings = named, warnings
		return nil, r.problems.sorted()
	}
	return all, nil
}

// keyLabels are the labels of a list that set a key of a target; every other one is a label of the target. They have
// the names that these keys have as labels of firsttoken_target_info: what a list says of a target is what the series
// says.
func keyLabels() map[string]string {
	return map[string]string{
		"target": "name", "api": "api", "model": "model", "engine": "engine", "region": "region", "tier": "tier",
	}
}

// Labels of a list that are parts of the address, in the manner of Prometheus.
const (
	schemeLabel = "__scheme__" // http, where the address has none
	pathLabel   = "__path__"   // /v1, where the address has none
)

// dropped reports whether a label of a list is for nobody after it: Prometheus, too, drops labels that begin with __
// when it has used them, and attaches a job and an instance of its own.
func dropped(label string) bool {
	return strings.HasPrefix(label, "__") || label == "job" || label == "instance"
}

// entry is the part of a target that its list has, at the place of the entry. The targets that it goes on top of are
// asked for their model only.
func (r *reader) entry(e discovery.Entry, below *yaml.Node) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	labels := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	set(n, "url", urlOf(e))
	keys := keyLabels()
	for _, name := range slices.Sorted(maps.Keys(e.Labels)) {
		switch key, isKey := keys[name]; {
		case isKey:
			set(n, key, e.Labels[name])
		case !dropped(name):
			set(labels, name, e.Labels[name])
		}
	}
	if valueOf(n, "name") == nil {
		set(n, "name", nameOf(e.Address, valueOf(n, "model"), valueOf(below, "model")))
	}
	if len(labels.Content) > 0 {
		n.Content = append(n.Content, text("labels"), labels)
	}
	at := place{list: e.Place.List, line: e.Place.Line, path: e.Place.Path}
	r.places[n] = at
	for i := 0; i < len(n.Content); i += 2 {
		below := at
		below.path = join(at.path, n.Content[i].Value)
		r.setPlaces(n.Content[i+1], below)
	}
	return n
}

func urlOf(e discovery.Entry) string {
	if strings.Contains(e.Address, "://") {
		return e.Address
	}
	path := strings.TrimPrefix(cmp.Or(e.Labels[pathLabel], "/v1"), "/")
	return cmp.Or(e.Labels[schemeLabel], "http") + "://" + e.Address + "/" + path
}

// nameOf is the name of a target that its list gives none: of http://10.0.0.1:8000/v1 and moonshotai/Kimi-K2.5,
// 10.0.0.1:8000_moonshotai-Kimi-K2.5.
func nameOf(address string, models ...*yaml.Node) string {
	if _, after, ok := strings.Cut(address, "://"); ok {
		address = after
	}
	parts := []string{strings.TrimSuffix(strings.TrimSuffix(address, "/"), "/v1")}
	if i := slices.IndexFunc(models, func(m *yaml.Node) bool { return m != nil }); i >= 0 {
		parts = append(parts, models[i].Value)
	}
	return strings.Map(func(c rune) rune {
		if prober.LegalInName(c) {
			return c
		}
		return '-'
	}, strings.Join(parts, "_"))
}

// set appends a pair to a mapping.
func set(n *yaml.Node, key, value string) { n.Content = append(n.Content, text(key), text(value)) }

func text(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

// without is a mapping without some of its keys.
func (r *reader) without(n *yaml.Node, keys ...string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return n
	}
	rest := &yaml.Node{Kind: yaml.MappingNode, Tag: n.Tag, Line: n.Line}
	for i := 0; i < len(n.Content); i += 2 {
		if !slices.Contains(keys, n.Content[i].Value) {
			rest.Content = append(rest.Content, n.Content[i], n.Content[i+1])
		}
	}
	r.places[rest] = r.places[n]
	return rest
}
