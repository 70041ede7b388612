package config

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/prometheus/common/config"
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// file reads the whole file: first each section for itself, then each target with all that it
// inherits.
func (r *reader) file(root *yaml.Node) []prober.Target {
	for _, section := range named() {
		r.names(root, section)
	}
	list, defaults := valueOf(root, "targets"), valueOf(root, "defaults")
	written := r.written(list)
	if r.check(root, reflect.TypeFor[sections]()) && list == nil {
		r.add(root.Line, "targets", "is missing: there is nothing to probe")
	}

	targets := make([]prober.Target, 0, len(written))
	first := map[string]*yaml.Node{}
	for _, n := range written {
		n = r.preset(r.priced(r.merged(n, defaults), valueOf(root, "prices")))
		t, name := r.target(n), valueOf(n, "name")
		if name != nil && t.Name != "" {
			if before, twice := first[t.Name]; twice {
				other := r.places[before]
				r.at(name, "%q is already the name of %s in line %d", t.Name, strings.TrimSuffix(other.path, ".name"), other.line)
			} else {
				first[t.Name] = name
			}
		}
		targets = append(targets, t)
	}
	return targets
}

// written are the targets of the list, as nodes that stay even where the list is wrong.
func (r *reader) written(list *yaml.Node) []*yaml.Node {
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

// priced gives a target that says nothing about prices the price list of its model.
func (r *reader) priced(n, prices *yaml.Node) *yaml.Node {
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

// target reads one merged target on top of its profile's defaults and has its owner judge it.
func (r *reader) target(n *yaml.Node) prober.Target {
	t, err := prober.DefaultTarget(profileOf(n))
	if err != nil {
		r.under(n, "load.profile", "", err.Error())
		t, _ = prober.DefaultTarget("")
	}
	standard := maps.Clone(t.SLOs) // decoding replaces whole objectives
	if err := r.withTransport(n, t.HTTP).Decode(&t); err != nil {
		text, _ := cleaned(err)
		r.under(n, "", t.Name, text)
		return t
	}
	t.SLOs = objectives(valueOf(n, "slos"), standard)
	dir := filepath.Dir(r.name)
	t.APIKeyFile = config.JoinDir(dir, t.APIKeyFile)
	t.HTTP.SetDirectory(dir)
	problems := t.Validate()
	for _, check := range r.also {
		problems = append(problems, check(t)...)
	}
	for _, problem := range problems {
		r.under(n, problem.Path, t.Name, problem.Reason)
	}
	r.over(n, t)
	return t
}

func profileOf(n *yaml.Node) string {
	if p := valueOf(valueOf(n, "load"), "profile"); p != nil && !isNull(p) {
		return p.Value
	}
	return ""
}

// objectives are the defaults with what the file says on top, each key for itself; null takes an
// objective away.
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
		if value.Decode(&o) == nil { // it was checked before
			all[name] = o
		}
	}
	return all
}

// withTransport keeps the owner's defaults of `http`: Prometheus' reader starts from its own,
// where HTTP/2 is on and all streams of a target would share one connection.
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

// under reports a problem of a target, which its owner gave with a path below it, where the value
// stands in the file: in the target, in what it names, or in the defaults.
func (r *reader) under(n *yaml.Node, path, target, reason string) {
	p, follows := r.whereIs(n, path, target)
	if follows {
		return
	}
	p.Reason = reason
	r.problems = append(r.problems, p)
}

// whereIs is the place of a path in a target. It follows from another problem if something on the
// way was taken out as wrong.
func (r *reader) whereIs(n *yaml.Node, path, target string) (p Problem, follows bool) {
	at, rest := n, path
	for rest != "" {
		next, left := step(at, rest)
		if next == nil {
			break
		}
		if r.broken[next] {
			return p, true
		}
		if _, written := r.places[next]; !written {
			break
		}
		at, rest = next, left
	}
	own, found := r.places[n], r.places[at]
	p = Problem{File: r.name, Line: found.line, Path: join(found.path, rest)}
	if found.path != own.path && !strings.HasPrefix(found.path, own.path+".") {
		p.Targets = []string{target}
	}
	return p, false
}

// over warns of a load that has ended. It is no error: a capacity review that is over must not keep
// everything else from being watched after a restart.
func (r *reader) over(n *yaml.Node, t prober.Target) {
	if t.Load.Until.IsZero() || t.Load.Until.After(r.now) {
		return
	}
	if p, follows := r.whereIs(n, "load.until", t.Name); !follows {
		p.Reason = fmt.Sprintf("%s has passed: no load is sent", t.Load.Until.Format("2006-01-02 15:04:05 MST"))
		r.warnings = append(r.warnings, p)
	}
}
