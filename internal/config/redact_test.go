package config

import (
	"strings"
	"testing"
)

func TestRedactURL(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ url, want string }{
		{"https://h/v1", "https://h/v1"},
		{"https://user:pw@h/v1", "https://<secret>@h/v1"},
		{"https://token@h/v1", "https://<secret>@h/v1"}, // a user alone may be a token
		{"https://h/v1?key=k&b=c", "https://h/v1?key=<secret>&b=<secret>"},
		{"https://h/v1?token", "https://h/v1?token=<secret>"},        // a key without a value is shown
		{"https://h/v1#frag", "https://h/v1"},                        // no request carries it
		{"https://u:p@h/v1?k=v", "https://<secret>@h/v1?k=<secret>"}, // both
		{"https://h:port/k%zz", "<secret>"},                          // not a URL: all of it may be one
		{"", ""},
	} {
		n := node(t, `"`+c.url+`"`)
		redactURL(n)
		if n.Value != c.want {
			t.Errorf("%s is shown as %s, want %s", c.url, n.Value, c.want)
		}
	}
	redactURL(nil) // a target without one
}

func TestHide(t *testing.T) {
	t.Parallel()
	n := node(t, "{name: {values: [s1, s2], files: [s3]}, single: s4, number: 12, none: null}")
	hide(n)
	got := inline(t, n)
	if strings.ContainsAny(got, "1234") || strings.Count(got, hidden) != 6 {
		t.Errorf("%s", got)
	}
	for _, name := range []string{"name", "values", "files", "single", "number", "none"} {
		if !strings.Contains(got, name+":") {
			t.Errorf("%s lost the name %s", got, name)
		}
	}
}
