// Package ruletest makes promtool's tests of alerting rules quick.
package ruletest

import (
	"os"
	"path/filepath"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// ruleFile is a file of rules, of which only the parts are named that say what a rule is called and what it reads.
type ruleFile struct {
	Groups []struct {
		Rules []rule         `yaml:"rules"`
		Other map[string]any `yaml:",inline"`
	} `yaml:"groups"`
}

type rule struct {
	Record string         `yaml:"record,omitempty"`
	Alert  string         `yaml:"alert,omitempty"`
	Expr   string         `yaml:"expr"`
	Other  map[string]any `yaml:",inline"`
}

// Prune leaves in the files only the rules that the tests ask about, and those that these read. Promtool evaluates
// every rule at every instant of every test, and most tests are about few. A rule that neither a test nor another rule
// names cannot change what a test sees.
func Prune(tests, files []string) error {
	asked := map[string]bool{}
	for _, name := range tests {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		names(string(text), asked)
	}
	parsed := map[string]*ruleFile{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		parsed[name] = &ruleFile{}
		if err := yaml.Unmarshal(text, parsed[name]); err != nil {
			return err
		}
	}
	for before := -1; before != len(asked); {
		before = len(asked)
		for _, f := range parsed {
			f.follow(asked)
		}
	}
	for name, f := range parsed {
		f.keep(asked)
		text, err := yaml.Marshal(f)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Clean(name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// names adds what could be the name of a rule.
func names(text string, all map[string]bool) {
	for _, name := range regexp.MustCompile(`[A-Za-z_:][\w:]*`).FindAllString(text, -1) {
		all[name] = true
	}
}

// follow adds what the rules that are asked for read.
func (f *ruleFile) follow(asked map[string]bool) {
	for _, g := range f.Groups {
		for _, r := range g.Rules {
			if asked[r.Record+r.Alert] {
				names(r.Expr, asked)
			}
		}
	}
}

// keep drops the rules that are not asked for. Their groups stay, since the tests list them.
func (f *ruleFile) keep(asked map[string]bool) {
	for i, g := range f.Groups {
		kept := []rule{}
		for _, r := range g.Rules {
			if asked[r.Record+r.Alert] {
				kept = append(kept, r)
			}
		}
		f.Groups[i].Rules = kept
	}
}
