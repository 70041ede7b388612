package config

import (
	"maps"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// targets reads the whole file: first each section by itself, then each target with everything that it
// inherits.
func (r *reader) targets(root *yaml.Node) []prober.Target {
	for _, section := range namedSections() {
		r.resolveNames(root, section)
	}
	list, defaults := valueOf(root, "targets"), valueOf(root, "defaults")
	written := r.targetNodes(list)
	if r.checkType(root, reflect.TypeFor[sections]()) {
		r.requireTargets(root, list)
	}
	targets := make([]prober.Target, 0, len(written))
	for _, n := range written {
		targets = append(targets, r.complete(r.merged(n, defaults), root))
	}
	return targets
}

// requireTargets refuses a file that does not say what to probe: it may be one of which only the first part is
// written. A file of which that is meant says so.
func (r *reader) requireTargets(root, list *yaml.Node) {
	switch {
	case list == nil:
		r.add(root.Line, "targets", "is missing: a configuration without targets of its own says `targets: []`")
	case isNull(list):
		r.addAt(list, "is empty: a configuration without targets of its own says `targets: []`")
	}
}

// complete makes a target of a node to which only what it names by other keys must still be added.
func (r *reader) complete(n, root *yaml.Node) prober.Target {
	n = r.withPreset(r.withModelPrices(n, valueOf(root, "prices")))
	t := r.target(n)
	if name := valueOf(n, "name"); name != nil && t.Name != "" {
		r.requireUnique(name, t.Name)
	}
	return t
}

// requireUnique reports a name that an earlier target has.
func (r *reader) requireUnique(n *yaml.Node, name string) {
	before, twice := r.named[name]
	if !twice {
		r.named[name] = n
		return
	}
	first := r.places[before]
	path := strings.TrimSuffix(first.path, ".name")
	switch {
	case first.list != "":
		r.addAt(n, "%q is already the name of %s in %s", name, path, first.list)
	default:
		r.addAt(n, "%q is already the name of %s in line %d", name, path, first.line)
	}
}

// targetNodes returns the targets of the list. They stay usable when checkType rejects the list.
func (r *reader) targetNodes(list *yaml.Node) []*yaml.Node {
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	var targets []*yaml.Node
	for _, n := range list.Content {
		if n.Kind == yaml.MappingNode {
			targets = append(targets, n)
		}
	}
	return targets
}

// target decodes one merged target on top of its profile's defaults and validates it.
func (r *reader) target(n *yaml.Node) prober.Target {
	t, err := prober.DefaultTarget(profileOf(n))
	if err != nil {
		r.addBelow(n, "load.profile", "", err.Error())
		t, _ = prober.DefaultTarget("")
	}
	t.Workload = fitted(t.Workload, valueOf(n, "workload"))
	standard := maps.Clone(t.SLOs) // decoding replaces whole objectives
	if err := r.withTransport(n, t.HTTP).Decode(&t); err != nil {
		text, _ := withoutWrapping(err)
		r.addBelow(n, "", t.Name, text)
		return t
	}
	t.SLOs = objectives(valueOf(n, "slos"), standard)
	dir := filepath.Dir(r.name)
	t.APIKeyFile = config.JoinDir(dir, t.APIKeyFile)
	t.HTTP.SetDirectory(dir)
	problems := t.Validate()
	for _, check := range r.checks {
		problems = append(problems, check(t)...)
	}
	for _, problem := range problems {
		r.addBelow(n, problem.Path, t.Name, problem.Reason)
	}
	r.warnOfEndedLoad(n, t)
	return t
}

// fitted is a profile's workload, scaled to the window that the file gives. What else the file sets of it is decoded
// later, on top.
func fitted(profile workload.Shape, n *yaml.Node) workload.Shape {
	var set workload.Shape
	if valueOf(n, "window") == nil || n.Decode(&set) != nil {
		return profile
	}
	return profile.Fit(set)
}

func profileOf(n *yaml.Node) string {
	if p := valueOf(valueOf(n, "load"), "profile"); p != nil && !isNull(p) {
		return p.Value
	}
	return ""
}
