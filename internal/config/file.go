// Package config reads the configuration file: which targets to probe, with what load, by which
// objectives, at what price.
//
// It only composes. The meaning, default and limits of a key belong to its owner (prober.Target,
// chat.Endpoint, workload.Shape, slo.Objective); this package adds the file and the line. It reports every
// problem at once and refuses unknown keys. It starts nothing, dials nothing and never shows a secret.
//
// A file has these sections. Only targets is required:
//
//	targets:    the endpoints to probe
//	file_sd:    lists of more of them, in files     ─┐ of Prometheus' form; see File.With
//	http_sd:    lists that servers hand out         ─┘
//	budget:     what all targets together may spend
//	maintenance: when nothing is sent to any of them
//	defaults:   a partial target that is merged under each of them
//	workloads:  named workloads  ─┐
//	prices:     named price lists ├─ a target says `workload: name` instead of the mapping itself
//	slos:       named objectives ─┘
//
// The first of these that has a value wins; mappings are merged key by key:
//
//	the target → what it names → defaults → what defaults names → the engine's preset → the profile
//
// A key that is set to null inherits nothing. A target without prices gets the price list with the name of
// its model, if there is one. Relative paths start at the folder of the configuration file.
package config

import (
	"fmt"
	"os"
	"time"

	"github.com/cespare/xxhash/v2"
	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/budget"
	"github.com/firsttoken/firsttoken/prober/maintenance"
	"github.com/firsttoken/firsttoken/prober/slo"
	"github.com/firsttoken/firsttoken/prober/workload"
)

// File is a valid configuration.
type File struct {
	Name     string          // as it was given, for messages
	Targets  []prober.Target // in the order of the file, defaults applied; after With, also those that were found
	Lists    []List          // where to look for more targets
	Budget   budget.ProcessBudget
	Warnings Errors // problems that stop nothing, such as a load that has ended
	Hash     uint64 // of the file's bytes

	data   []byte
	now    time.Time
	checks []Check
}

// sections are the top keys of a file.
type sections struct {
	Targets     []prober.Target                       `yaml:"targets"`
	FileSD      []fileSD                              `yaml:"file_sd,omitempty"`
	HTTPSD      []httpSD                              `yaml:"http_sd,omitempty"`
	Budget      budget.ProcessBudget                  `yaml:"budget,omitempty"`
	Maintenance []maintenance.Window                  `yaml:"maintenance,omitempty"`
	Defaults    prober.Target                         `yaml:"defaults,omitempty"`
	Workloads   map[string]workload.Shape             `yaml:"workloads,omitempty"`
	Prices      map[string]prober.Prices              `yaml:"prices,omitempty"`
	SLOs        map[string]map[slo.Name]slo.Objective `yaml:"slos,omitempty"`
}

// Check finds problems of a target that depend on the process and not on the file.
type Check func(prober.Target) invalid.Errors

// Load reads the file at path. The error is Errors when the file could be read.
func Load(path string, checks ...Check) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return Parse(path, data, time.Now(), checks...)
}

// Parse reads data, the content of the file of that name: messages have the name, and relative paths start
// at its folder. Loads that ended before now give warnings. Each target must also pass the checks. The
// error is Errors.
func Parse(name string, data []byte, now time.Time, checks ...Check) (*File, error) {
	r := newReader(name, now)
	r.checks = checks
	f := &File{Name: name, Hash: HashOf(data), data: data, now: now, checks: checks}
	if root := r.parse(data); root != nil {
		f.Targets = r.targets(root)
		f.Lists = r.lists(root)
		f.Budget = r.budget(root)
		r.addMaintenance(root, f.Targets)
	}
	if len(r.problems) > 0 {
		return nil, r.problems.sorted()
	}
	f.Warnings = r.warnings.sorted()
	return f, nil
}

// HashOf is the Hash of a file with these bytes.
func HashOf(data []byte) uint64 { return xxhash.Sum64(data) }

// parse returns the document's top mapping; nil after a problem that leaves nothing to read.
func (r *reader) parse(data []byte) *yaml.Node {
	root, ok := r.document(data, "a mapping with `targets:`")
	if ok && root == nil {
		r.add(1, "", "the file is empty: it needs at least `targets:`")
	}
	return root
}

// document returns the document's top mapping; nil if it is empty, and false after a problem, in which want says what
// the file must be.
func (r *reader) document(data []byte, want string) (root *yaml.Node, ok bool) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		r.syntax(err)
		return nil, false
	}
	if doc.Kind == 0 || isNull(doc.Content[0]) {
		return nil, true
	}
	if root = r.locate(doc.Content[0]); root.Kind != yaml.MappingNode {
		r.add(root.Line, "", "the file must be %s, not %s", want, describeNode(root))
		return nil, false
	}
	return root, true
}
