package firsttoken_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// links are the addresses of a document's links.
func links(text string) (all []string) {
	for _, m := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// documents are all that people read, by path.
func documents(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	code := regexp.MustCompile("(?s)```.*?```")
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/engines/*.md"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = code.ReplaceAllString(string(text), "")
		}
	}
	return all
}

// anchors are the places of a document that links may name, as GitHub makes them of its headings.
func anchors(text string) (all []string) {
	drop := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	for _, h := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		all = append(all, strings.ReplaceAll(drop.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return all
}

// TestLinksLeadSomewhere follows every link from one document to another, and to a heading of it.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	all, followed := documents(t), 0
	for name, text := range all {
		for _, address := range links(text) {
			path, anchor, _ := strings.Cut(address, "#")
			if strings.Contains(path, ":") {
				continue // elsewhere
			}
			followed++
			to := name
			if path != "" {
				to = filepath.Join(filepath.Dir(name), path)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s leads nowhere", name, address)
			} else if anchor != "" && !slices.Contains(anchors(all[to]), anchor) {
				t.Errorf("%s: %s has no heading for #%s", name, to, anchor)
			}
		}
	}
	if followed < 100 {
		t.Errorf("only %d links in %d documents", followed, len(all))
	}
}

// TestIndexHasEveryDocument: a document that docs/README.md does not list is not found.
func TestIndexHasEveryDocument(t *testing.T) {
	t.Parallel()
	all := documents(t)
	index := all["docs/README.md"]
	for name := range all {
		base := filepath.Base(name)
		if filepath.Dir(name) == "docs" && base != "README.md" && !strings.Contains(index, "("+base) {
			t.Errorf("docs/README.md does not list %s", name)
		}
	}
}
