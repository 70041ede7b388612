package ruletest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a test asks about stays, and what that reads, also in another file; the rest goes, and groups stay.
func TestPrune(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	test := write("test.yml", `{expr: 'ALERTS{alertname="Down"}'}`)
	a := write("a.yml", "groups:\n- {name: g, rules: [{record: a:b, expr: x}, {record: a:c, expr: x}]}\n")
	b := write("b.yml", "groups:\n"+
		"- {name: h, interval: 1m, rules: [{alert: Down, expr: d > 0, for: 2m}, {alert: Up, expr: a:c}]}\n"+
		"- {name: i, rules: [{record: d, expr: 'sum(a:b)'}, {record: e, expr: d}]}\n")
	if err := Prune([]string{test}, []string{a, b}); err != nil {
		t.Fatal(err)
	}
	var all string
	for _, name := range []string{a, b} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text)
	}
	for text, want := range map[string]bool{
		"name: g": true, "name: h": true, "name: i": true, "interval: 1m": true, "alert: Down": true, "for: 2m": true,
		"record: a:b": true, "record: d": true, "record: a:c": false, "alert: Up": false, "record: e": false,
	} {
		if got := strings.Contains(all, text+"\n"); got != want {
			t.Errorf("%q is there: %v, want %v, in\n%s", text, got, want, all)
		}
	}
}
