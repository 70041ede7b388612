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
	all, err := parse(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	const least = 60
	must, titles := 0, map[string]bool{}
	for _, m := range all {
		text, err := os.ReadFile(m.file)
		if err != nil {
			t.Fatalf("%s: %v", m.title, err)
		}
		mutated, err := m.apply(string(text))
		if err != nil {
			t.Error(err)
			continue
		}
		if _, err := parser.ParseFile(token.NewFileSet(), m.file, mutated, parser.SkipObjectResolution); err != nil {
			t.Errorf("%s: %v", m.title, err)
		}
		if titles[m.title] || len(m.tests) == 0 || !filepath.IsLocal(m.file) {
			t.Errorf("%s, line %d: two of that title, no tests, or a file outside", m.title, m.line)
		}
		titles[m.title] = true
		if m.must {
			must++
		}
	}
	if len(all) < least || must < 9 {
		t.Errorf("%d mutants, %d of which once survived; want %d and 9", len(all), must, least)
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
