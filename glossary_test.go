package firsttoken_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/exporter/metrics"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// TestGlossary: docs/glossary.md explains every word that firsttoken itself puts into a label or a configuration: the
// phases, the reasons, the bands, the SLOs, the kinds of tokens and the profiles. Outcomes have a table in runbooks.
func TestGlossary(t *testing.T) {
	terms, text := glossary(t)
	if !slices.IsSortedFunc(terms, func(a, b string) int { return strings.Compare(order(a), order(b)) }) {
		t.Error("docs/glossary.md is not in alphabetical order")
	}
	for _, word := range labelWords(t) {
		if !strings.Contains(text, "`"+word+"`") && !slices.Contains(terms, word) {
			t.Errorf("docs/glossary.md does not explain %s", word)
		}
	}
}

// glossary returns the terms of docs/glossary.md and its whole text.
func glossary(t *testing.T) (terms []string, text string) {
	t.Helper()
	content, err := os.ReadFile("docs/glossary.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(content), "|---|---|\n")
	for line := range strings.Lines(table) {
		cells := strings.Split(line, " | ")
		if len(cells) != 2 {
			t.Errorf("docs/glossary.md: not a term and its meaning: %s", line)
			continue
		}
		terms = append(terms, strings.Trim(cells[0], "|` "))
	}
	return terms, string(content)
}

// order is the text by which terms are sorted.
func order(term string) string { return strings.ToLower(strings.ReplaceAll(term, "_", " ")) }

// labelWords are the values of the labels that stand for terms, and the profiles.
func labelWords(t *testing.T) []string {
	t.Helper()
	words := []string{prober.ProfileSentinel, prober.ProfileWatch, prober.ProfileLoad}
	for _, r := range prober.Reasons() {
		words = append(words, string(r))
	}
	words = append(words, phases(t)...)
	for _, name := range slo.Names() {
		words = append(words, string(name))
	}
	families, err := metrics.Catalogue()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, l := range f.Labels {
			if slices.Contains([]string{"cache", "context", "kind", "reason", "slo"}, l.Name) {
				words = append(words, l.Values...)
			}
		}
	}
	return words
}

// phases reads the constants of workload.Phase, which the package itself never needs to list.
func phases(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("prober/workload/turn.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, m := range regexp.MustCompile(`\sPhase = "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		all = append(all, m[1])
	}
	if len(all) < 5 {
		t.Errorf("only the phases %q were found", all)
	}
	return all
}
