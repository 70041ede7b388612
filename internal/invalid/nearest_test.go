package invalid

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"timeout", "url", "load", "http", "n"}
	for name, want := range map[string]string{
		"timout":  "timeout", // one letter left out
		"tiemout": "timeout", // two letters swapped are two edits
		"ulr":     "url",
		"lod":     "load",
		"prices":  "", // nothing is near
		"xy":      "", // two edits would make it http, or anything of four letters
		"u":       "url",
		"x":       "", // every letter of n would change
	} {
		if got, ok := Nearest(name, known); got != want || ok != (want != "") {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "abc", 3}, {"kitten", "sitting", 3}, {"load", "load", 0}, {"ab", "ba", 2},
	} {
		if got := edits(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
