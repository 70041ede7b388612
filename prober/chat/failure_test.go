package chat

import (
	"strings"
	"testing"
)

func TestExcerpt(t *testing.T) {
	for in, want := range map[string]string{
		"  two\nlines\t and \x1b[31mcolour\u202e ": "two lines and [31mcolour",
		"":                        "",
		strings.Repeat("é", 300):  strings.Repeat("é", 100) + "…", // 200 bytes, no half characters
		strings.Repeat("a ", 300): strings.Repeat("a ", 99) + "a…",
	} {
		if got := excerpt(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
