package config

import (
	"fmt"
	"strings"
	"testing"
)

// TestLocate checks what aliases, merge keys and duplicate keys become, and which problems they are.
func TestLocate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want, problem string }{
		{"alias", "a: &x {k: 1}\nb: *x\n", "{a: &x {k: 1}, b: &x {k: 1}}", ""},
		{"merge key", "a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}\n", "{a: &x {k: 1, l: 2}, b: {k: 3, l: 2}}", ""},
		{
			"the first of several merged mappings wins",
			"a: &x {k: 1}\nb: &y {k: 2, l: 2}\nc: {<<: [*x, *y]}\n",
			"{a: &x {k: 1}, b: &y {k: 2, l: 2}, c: {k: 1, l: 2}}", "",
		},
		{"a merge key of a scalar brings nothing", "a: {<<: 3, k: 1}\n", "{a: {k: 1}}", ""},
		{"duplicate", "a: 1\na: 2\n", "{a: 1}", "f.yml:2: a: is there twice: it was already set in line 1"},
		{
			"duplicate below a list", "l:\n  - x: 1\n    x: 2\n", "{l: [{x: 1}]}",
			"f.yml:3: l[0].x: is there twice: it was already set in line 2",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newReader("f.yml", when(t))
			if got := inline(t, r.locate(node(t, c.text))); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if got := r.problems.Error(); got != c.problem {
				t.Errorf("problem %q, want %q", got, c.problem)
			}
		})
	}
}

func TestLocatePlaces(t *testing.T) {
	t.Parallel()
	r := newReader("f.yml", when(t))
	root := r.locate(node(t, "a:\n  - &x\n    k: 1\nb: *x\n"))
	if got, want := r.places[valueOf(valueOf(root, "b"), "k")], (place{line: 3, path: "a[0].k"}); got != want {
		t.Errorf("the anchored value is at %+v, want %+v", got, want)
	}
}

// TestLocateRefusesMultiplication checks that a small file of aliases cannot become a large tree.
func TestLocateRefusesMultiplication(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 9; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	r := newReader("f.yml", when(t))
	r.locate(node(t, b.String()))
	if len(r.problems) == 0 || !strings.Contains(r.problems[0].Reason, "makes the file too large") {
		t.Errorf("%v", r.problems)
	}
}
