package survey

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/prober/preset"
)

// TestDocument holds docs/init.md to the table of servers: each has a row there, with just the pages that are asked.
func TestDocument(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/init.md")
	if err != nil {
		t.Fatal(err)
	}
	path := regexp.MustCompile("`(/[^`]*)`")
	for _, s := range servers() {
		if s.vendor() {
			continue
		}
		row := regexp.MustCompile("(?m)^\\| `" + regexp.QuoteMeta(s.engine) + "` \\|.*$").FindString(string(doc))
		var told []string
		for _, m := range path.FindAllStringSubmatch(row, -1) {
			told = append(told, m[1])
		}
		p, _ := preset.Named(s.engine)
		asked := slices.DeleteFunc([]string{s.page, s.health, s.version, s.windows, p.MetricsPath},
			func(s string) bool { return s == "" })
		slices.Sort(told)
		slices.Sort(asked)
		if strings.Join(told, " ") != strings.Join(asked, " ") {
			t.Errorf("%s: docs/init.md says %q, asked are %q", s.engine, told, asked)
		}
	}
}

// TestServersHavePresets: what is found is what a configuration can name.
func TestServersHavePresets(t *testing.T) {
	t.Parallel()
	var found []string
	for _, s := range servers() {
		if p, ok := preset.Named(s.engine); !ok || p.Engine != s.engine {
			t.Errorf("%s has no preset", s.engine)
		}
		found = append(found, s.engine)
	}
	for _, p := range preset.All() {
		if !slices.Contains(found, p.Engine) {
			t.Errorf("nothing tells %s", p.Engine)
		}
	}
}
