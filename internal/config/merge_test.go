package config

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// node parses a YAML value, without places.
func node(t *testing.T, text string) *yaml.Node {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Content[0]
}

// inline writes a node on one line.
func inline(t *testing.T, n *yaml.Node) string {
	t.Helper()
	setFlow(n)
	text, err := yaml.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func setFlow(n *yaml.Node) {
	n.Style = yaml.FlowStyle
	for _, c := range n.Content {
		setFlow(c)
	}
}

func TestMerged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, over, under, want string }{
		{"keys of both", "{a: 1}", "{b: 2}", "{a: 1, b: 2}"},
		{"over wins", "{a: 1}", "{a: 2}", "{a: 1}"},
		{"deep", "{a: {x: 1}}", "{a: {x: 2, y: 3}}", "{a: {x: 1, y: 3}}"},
		{"null inherits nothing", "{a: null}", "{a: {x: 2}}", "{a: null}"},
		{"lists are not joined", "{a: [1]}", "{a: [2, 3]}", "{a: [1]}"},
		{"a scalar replaces a mapping", "{a: 1}", "{a: {x: 2}}", "{a: 1}"},
		{"a mapping replaces a scalar", "{a: {x: 1}}", "{a: 2}", "{a: {x: 1}}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newReader("f.yml", when(t))
			over, under := node(t, c.over), node(t, c.under)
			if got := inline(t, r.merged(over, under)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if a, b := inline(t, over), inline(t, under); a != c.over || b != c.under {
				t.Errorf("the operands became %s and %s", a, b)
			}
		})
	}
}

// TestMergedKeepsPlaces checks that a problem of an inherited value is reported where it was written.
func TestMergedKeepsPlaces(t *testing.T) {
	t.Parallel()
	r := newReader("f.yml", when(t))
	root := r.locate(node(t, "under:\n  a:\n    x: 1\nover:\n  a:\n    y: 2\n"))
	m := r.merged(valueOf(root, "over"), valueOf(root, "under"))
	for key, want := range map[string]place{
		"x": {line: 3, path: "under.a.x"}, "y": {line: 6, path: "over.a.y"},
	} {
		if got := r.places[valueOf(valueOf(m, "a"), key)]; got != want {
			t.Errorf("%s: %+v, want %+v", key, got, want)
		}
	}
}

func TestStep(t *testing.T) {
	t.Parallel()
	n := node(t, "{slos: {ttft: {threshold: 1}}, h: [a, {b: c}], x: {y: 3}, x.y: 2}")
	for _, c := range []struct{ path, want, rest string }{
		{"slos.ttft.threshold", "{ttft: {threshold: 1}}", "ttft.threshold"},
		{"slos", "{ttft: {threshold: 1}}", ""},
		{"h[1].b", "[a, {b: c}]", "[1].b"},
		{"x.y", "2", ""},  // the longest key that fits
		{"slosh", "", ""}, // no key: slos is only its beginning
		{"gone.x", "", ""},
	} {
		next, rest := step(n, c.path)
		if got := inlineOrNone(t, next); got != c.want || rest != c.rest {
			t.Errorf("%s: %s and %q, want %s and %q", c.path, got, rest, c.want, c.rest)
		}
	}
	list := valueOf(n, "h")
	for _, c := range []struct{ path, want, rest string }{
		{"[0]", "a", ""},
		{"[1].b", "{b: c}", "b"},
		{"[2]", "", ""},
		{"[-1]", "", ""},
		{"[x]", "", ""},
	} {
		next, rest := step(list, c.path)
		if got := inlineOrNone(t, next); got != c.want || rest != c.rest {
			t.Errorf("%s: %s and %q, want %s and %q", c.path, got, rest, c.want, c.rest)
		}
	}
	if next, _ := step(node(t, "scalar"), "a"); next != nil {
		t.Error("something is below a scalar")
	}
}

func inlineOrNone(t *testing.T, n *yaml.Node) string {
	t.Helper()
	if n == nil {
		return ""
	}
	return inline(t, n)
}
