package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
)

// sample has a key of each kind that checkType distinguishes.
type sample struct {
	Text     string         `yaml:"text"`
	Switch   bool           `yaml:"switch"`
	Number   float64        `yaml:"number"`
	Whole    int            `yaml:"whole"`
	Count    uint           `yaml:"count"`
	At       time.Time      `yaml:"at"`
	Pause    model.Duration `yaml:"pause"`
	List     []int          `yaml:"list"`
	Map      map[string]int `yaml:"map"`
	Anything map[string]any `yaml:"anything"`
	Below    *inner         `yaml:"below"`
	Inline   inner          `yaml:",inline"`
	Untagged string
	Hidden   string `yaml:"-"`
}

type inner struct {
	Key string `yaml:"key"`
}

func TestCheckType(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		problem    string // empty: none
		left       string // after the wrong value was removed
	}{
		{"right", "{text: a, switch: true, number: 1.5, whole: 3, count: 0, list: [1], map: {a: 1}, key: k}", "", ""},
		{"null is always right", "{text: null, list: null, below: null, at: null}", "", ""},
		{"below a pointer", "{below: {key: k}}", "", ""},
		{"an untagged field is its name in lower case", "{untagged: a}", "", ""},
		{"anything", "{anything: {a: [1, {b: c}]}}", "", ""},
		{"unknown key", "{texd: a}", "texd: there is no such key; did you mean text?", "{}"},
		{"a hidden field is no key", "{hidden: a}", "hidden: there is no such key; known are anything, at, below", "{}"},
		{
			"unknown key below a pointer", "{below: {colour: red}}",
			"below.colour: there is no such key; known are key", "{below: {}}",
		},
		{"text for a number", "{number: much}", "number: must be a number, not text", "{number: ''}"},
		{"number for a switch", "{switch: 3}", "switch: must be true or false, not a number", "{switch: ''}"},
		{"fraction for a whole number", "{whole: 1.5}", "whole: must be a whole number, not a fraction", "{whole: ''}"},
		{"a float that is whole", "{whole: 1e3}", "", ""},
		{"switch for a whole number", "{whole: yes}", "whole: must be a whole number, not text", "{whole: ''}"},
		{"negative", "{count: -1}", "count: must be a whole number, 0 or more, not a number", "{count: ''}"},
		{"text for a time", "{at: noon}", "at: must be a time such as 2026-12-01T18:00:00Z, not text", "{at: ''}"},
		{"a type that decodes itself", "{pause: soon}", `pause: not a valid duration string: "soon"`, "{pause: ''}"},
		{"mapping for text", "{text: {a: b}}", "text: must be text, not a mapping", "{text: ''}"},
		{"text for a list", "{list: a}", "list: must be a list, not text", "{list: ''}"},
		{"list for a mapping", "{below: [a]}", "below: must be a mapping, not a list", "{below: ''}"},
		{"time for a mapping", "{map: 2026-12-01}", "map: must be a mapping, not a time", "{map: ''}"},
		{"a wrong item removes the list", "{list: [1, a]}", "list[1]: must be a whole number, not text", "{list: ''}"},
		{"a wrong value of a map", "{map: {a: 1, b: x}}", "map.b: must be a whole number, not text", "{map: {a: 1, b: ''}}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newReader("f.yml", when(t))
			n := r.locate(node(t, c.text))
			right := r.checkType(n, reflect.TypeFor[sample]())
			if right != (c.problem == "") {
				t.Errorf("right: %v, problems: %v", right, r.problems)
			}
			if got := strings.TrimPrefix(r.problems.Error(), "f.yml:1: "); !strings.HasPrefix(got, c.problem) {
				t.Errorf("problem %q, want %q", got, c.problem)
			}
			if got := inline(t, n); c.left != "" && got != c.left {
				t.Errorf("left %s, want %s", got, c.left)
			}
		})
	}
}

// TestCheckTypeReportsAll checks that no mistake hides another, and that a shared value is reported once.
func TestCheckTypeReportsAll(t *testing.T) {
	t.Parallel()
	r := newReader("f.yml", when(t))
	n := r.locate(node(t, "whole: a\ntexd: b\nmap: {x: y}\nlist: &l [q]\n"))
	r.checkType(n, reflect.TypeFor[sample]())
	r.checkType(n, reflect.TypeFor[sample]())
	if got := len(r.problems); got != 4 {
		t.Errorf("%d problems, want 4:\n%v", got, r.problems)
	}
}
