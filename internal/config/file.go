// Package config reads the configuration file: which targets are probed, with what load, judged by
// which objectives, at what price.
//
// It only composes. What a key means, what it defaults to and what is legal belongs to its owner
// (prober.Target, chat.Endpoint, workload.Shape, slo.Objective); this package adds what an owner
// cannot know: the file and the line. It reports every problem at once, refuses keys that it does
// not know, and starts nothing, dials nothing and never shows a secret.
//
// A file has five sections, of which only targets is needed:
//
//	targets:    what is probed
//	defaults:   a partial target that is merged under each of them
//	workloads:  named workloads  ─┐
//	prices:     named price lists ├─ a target says `workload: name` instead of the mapping itself
//	slos:       named objectives ─┘
//
// A value is looked for in this order, and mappings are merged key by key on the way:
//
//	the target  →  what it names  →  defaults  →  what defaults names  →  the profile's own defaults
//
// A key that is set to null takes away what it would have inherited. A target without prices gets
// the price list that has the name of its model, if there is one. Files that are named by relative
// paths are looked for beside the configuration file.
package config

import (
	"fmt"
	"os"
	"time"

	"github.com/cespare/xxhash/v2"
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// File is a configuration that was found to be right.
type File struct {
	Name     string          // as it was given, for messages
	Targets  []prober.Target // in the order of the file, defaults applied
	Warnings Errors          // what is odd but does not stop anything: a load that is over
	Hash     uint64          // of the file's bytes; changes exactly when the file does
}

// sections is what a file may contain, for the strict reading and for the documentation's test.
type sections struct {
	Targets   []prober.Target                       `yaml:"targets"`
	Defaults  prober.Target                         `yaml:"defaults,omitempty"`
	Workloads map[string]workload.Shape             `yaml:"workloads,omitempty"`
	Prices    map[string]prober.Prices              `yaml:"prices,omitempty"`
	SLOs      map[string]map[slo.Name]slo.Objective `yaml:"slos,omitempty"`
}

// Check says what is wrong with a target for a reason that stands in no file: a name that only the
// process knows.
type Check func(prober.Target) invalid.Errors

// Load reads the file at path. The error is Errors when the file could be read.
func Load(path string, also ...Check) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return Parse(path, data, time.Now(), also...)
}

// Parse checks data, which was read from the file of that name: the name goes into messages, and
// its directory is where relative paths start. Loads that ended before now are warned of. The checks
// are asked of each target, after its own. The error is Errors.
func Parse(name string, data []byte, now time.Time, also ...Check) (*File, error) {
	r := newReader(name, now)
	r.also = also
	f := &File{Name: name, Hash: xxhash.Sum64(data)}
	if root := r.parse(data); root != nil {
		f.Targets = r.file(root)
	}
	if len(r.problems) > 0 {
		return nil, r.problems.sorted()
	}
	f.Warnings = r.warnings.sorted()
	return f, nil
}

// parse is the document's top mapping; nil after a problem that leaves nothing to look at.
func (r *reader) parse(data []byte) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		r.syntax(err)
		return nil
	}
	if doc.Kind == 0 || isNull(doc.Content[0]) {
		r.add(1, "", "the file is empty: it needs at least `targets:`")
		return nil
	}
	root := r.locate(doc.Content[0])
	if root.Kind != yaml.MappingNode {
		r.add(root.Line, "", "the file must be a mapping with `targets:`, not %s", kindName(root))
		return nil
	}
	return root
}
