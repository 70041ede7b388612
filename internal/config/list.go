package config

import (
	"fmt"
	"path/filepath"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/discovery"
	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober"
)

// List is where to look for more targets.
type List struct {
	Name      string // file_sd[0]
	Line      int
	Mechanism string // as Prometheus names them: file, http
	Key       string // which list this is, when another configuration has it at another place
	Source    discovery.Source
	Most      int           // targets at most
	Like      prober.Target // its targets are like this one, but for their addresses and labels
}

// fileSD and httpSD are entries of the sections of these names.
type fileSD struct {
	discovery.Files `yaml:",inline"`
	Target          prober.Target `yaml:"target,omitempty"`
}

type httpSD struct {
	discovery.Server `yaml:",inline"`
	Target           prober.Target `yaml:"target,omitempty"`
}

// listKind is a section of lists, and how to read one of its entries.
type listKind struct {
	section, mechanism string
	read               func(n *yaml.Node, dir string) (List, invalid.Errors)
}

func listKinds() []listKind {
	return []listKind{{"file_sd", "file", readFiles}, {"http_sd", "http", readServer}}
}

func readFiles(n *yaml.Node, dir string) (List, invalid.Errors) {
	block := struct {
		discovery.Files `yaml:",inline"`
		Target          yaml.Node `yaml:"target"`
	}{Files: discovery.DefaultFiles()}
	if n.Decode(&block) != nil {
		return List{}, nil // a type that was found wrong before
	}
	problems := block.Validate()
	block.SetDirectory(dir)
	return List{Key: fmt.Sprintf("%q", block.Patterns), Source: block.Files, Most: block.MaxTargets}, problems
}

func readServer(n *yaml.Node, dir string) (List, invalid.Errors) {
	block := struct {
		discovery.Server `yaml:",inline"`
		Target           yaml.Node `yaml:"target"`
	}{Server: discovery.DefaultServer()}
	if n.Decode(&block) != nil {
		return List{}, nil
	}
	block.SetDirectory(dir)
	return List{Key: block.URL, Source: block.Server, Most: block.MaxTargets}, block.Validate()
}

// lists reads the lists' own keys, and tries a target of each: what is wrong with all of them is wrong here.
func (r *reader) lists(root *yaml.Node) []List {
	var all []List
	for _, kind := range listKinds() {
		for i, n := range items(valueOf(root, kind.section)) {
			l, problems := kind.read(n, filepath.Dir(r.name))
			for _, p := range problems {
				r.addBelow(n, p.Path, "", p.Reason)
			}
			l.Name, l.Line, l.Mechanism = fmt.Sprintf("%s[%d]", kind.section, i), r.places[n].line, kind.mechanism
			r.requireNoAddress(n)
			l.Like = r.like(n, root)
			all = append(all, l)
		}
	}
	return all
}

// requireNoAddress refuses what each target of a list must have of its own.
func (r *reader) requireNoAddress(list *yaml.Node) {
	for _, key := range []string{"name", "url"} {
		if v := valueOf(valueOf(list, "target"), key); v != nil {
			r.addAt(v, "is not for all targets of a list: each has its own")
		}
	}
}

// like is a target as the list makes them, whose address nobody has. The model may come with the list.
func (r *reader) like(list, root *yaml.Node) prober.Target {
	own := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	set(own, "name", "discovered")
	set(own, "url", "http://discovered.invalid/v1")
	below := r.listDefaults(list, root)
	if valueOf(below, "model") == nil {
		set(own, "model", "discovered")
	}
	at := r.places[list]
	at.path = join(at.path, "target")
	if t := valueOf(list, "target"); t != nil {
		at = r.places[t]
	}
	r.setPlaces(own, at)
	return r.target(r.withPreset(r.withModelPrices(r.merged(own, below), valueOf(root, "prices"))))
}

// listDefaults is everything that the targets of a list have in common. They do not inherit what may be a secret from
// the file's defaults: an address that somebody else writes must get a key only where the list itself has it.
func (r *reader) listDefaults(list, root *yaml.Node) *yaml.Node {
	return r.merged(valueOf(list, "target"), r.without(valueOf(root, "defaults"), "api_key_file", "http", "extra_body"))
}

// items are the mappings of a list.
func items(list *yaml.Node) []*yaml.Node {
	var all []*yaml.Node
	if list == nil || list.Kind != yaml.SequenceNode {
		return nil
	}
	for _, n := range list.Content {
		if n.Kind == yaml.MappingNode {
			all = append(all, n)
		}
	}
	return all
}

// listTargets are the partial targets in all lists.
func (r *reader) listTargets(root *yaml.Node) []*yaml.Node {
	var all []*yaml.Node
	for _, kind := range listKinds() {
		for _, list := range items(valueOf(root, kind.section)) {
			if t := valueOf(list, "target"); t != nil {
				all = append(all, t)
			}
		}
	}
	return all
}
