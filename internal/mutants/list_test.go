package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A change of the code may take a mutant's place away: it needs another then, or goes.
func TestEveryMutantApplies(t *testing.T) {
	t.Chdir("../..")
	for name, survived := range map[string]int{"list.txt": 9, "rules.txt": 6} {
		list, err := lists.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		all, err := parse(list)
		if err != nil {
			t.Fatal(err)
		}
		const least = 60
		must, titles := 0, map[string]bool{}
		for _, m := range all {
			applies(t, m)
			if titles[m.title] || len(m.tests) == 0 || !filepath.IsLocal(m.file) {
				t.Errorf("%s, line %d: two of that title, no tests, or a file outside", m.title, m.line)
			}
			titles[m.title] = true
			if m.must {
				must++
			}
		}
		if len(all) < least || must < survived {
			t.Errorf("%s: %d mutants, %d of which once survived; want %d and %d", name, len(all), must, least, survived)
		}
	}
}

// applies checks that the mutant's lines are there, and that what becomes of them is still Go.
func applies(t *testing.T, m mutant) {
	t.Helper()
	text, err := os.ReadFile(m.file)
	if err != nil {
		t.Errorf("%s: %v", m.title, err)
		return
	}
	mutated, err := m.apply(string(text))
	if err != nil {
		t.Error(err)
		return
	}
	if filepath.Ext(m.file) != ".go" {
		return
	}
	if _, err := parser.ParseFile(token.NewFileSet(), m.file, mutated, parser.SkipObjectResolution); err != nil {
		t.Errorf("%s: %v", m.title, err)
	}
}

func TestApply(t *testing.T) {
	for _, c := range []struct{ hunk, text, want string }{
		{"-a\n+b\n", "x\na\ny\n", "x\nb\ny\n"},
		{" x\n-a\n", "x\na\na\n", "x\na\n"}, // the line before says which
		{"-a\n+b\n", "a\n", "b\n"},
		{"-a\n+b\n", "x\n", ""},    // not there
		{"-a\n+b\n", "a\na\n", ""}, // twice
		{"-a\n+b\n", "xa\n", ""},   // not the whole line
		{" a\n", "a\n", ""},        // changes nothing
	} {
		all, err := parse(strings.NewReader("== m\nfile f\ntest ./x\n" + c.hunk))
		if err != nil {
			t.Fatal(err)
		}
		got, err := all[0].apply(c.text)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q to %q: %q, %v; want %q", c.hunk, c.text, got, err, c.want)
		}
	}
	for _, bad := range []string{"-a\n", "== m\nnonsense\n"} {
		if _, err := parse(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
