package firsttoken_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/prober/chat"
)

// TestMisbehaviourTable: docs/accuracy.md names only tests that exist, and all outcomes and causes and no others.
func TestMisbehaviourTable(t *testing.T) {
	content, err := os.ReadFile("docs/accuracy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(content), "## What misbehaviour does")
	section, _, found := strings.Cut(rest, "## The benchmark")
	if !found {
		t.Fatal("docs/accuracy.md has no section on misbehaviour, followed by the benchmark")
	}
	tests := regexp.MustCompile("`([a-z/]+)\\.(Test\\w+)`").FindAllStringSubmatch(section, -1)
	if len(tests) < 20 {
		t.Errorf("only %d tests are named", len(tests))
	}
	for _, named := range tests {
		if !strings.Contains(testsOf(t, named[1]), "\nfunc "+named[2]+"(") {
			t.Errorf("there is no %s in %s", named[2], named[1])
		}
	}
	var covered []chat.Cause
	outcomes := regexp.MustCompile("\\| `([a-z_]+)`(?:: ((?:`\\w+`(?:, )?)+))?")
	// The tables after the first name series, which alerts/documents_test.go knows.
	first, _, _ := strings.Cut(section, "\nObjectives:")
	for _, named := range outcomes.FindAllStringSubmatch(first, -1) {
		if !slices.Contains(chat.Outcomes(), chat.Outcome(named[1])) {
			t.Errorf("there is no outcome %s", named[1])
		}
		for _, cause := range strings.FieldsFunc(named[2], func(r rune) bool { return strings.ContainsRune("`, ", r) }) {
			if got := chat.Cause(cause).Outcome(); got != chat.Outcome(named[1]) {
				t.Errorf("cause %s belongs to outcome %s, not %s", cause, got, named[1])
			}
			covered = append(covered, chat.Cause(cause))
		}
	}
	for _, cause := range chat.Causes() {
		if cause != chat.CauseCancelled && !slices.Contains(covered, cause) { // the prober's own doing
			t.Errorf("no row has cause %s, of outcome %s", cause, cause.Outcome())
		}
	}
}

// TestQuirkTable: docs/accuracy.md has a row for each quirk, with its meaning.
func TestQuirkTable(t *testing.T) {
	content, err := os.ReadFile("docs/accuracy.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, quirk := range chat.AllQuirks() {
		if row := "| `" + string(quirk) + "` | " + quirk.Meaning() + " |\n"; !strings.Contains(string(content), row) {
			t.Errorf("docs/accuracy.md lacks %s", row)
		}
	}
}

// testsOf is the text of all tests of a folder.
func testsOf(t *testing.T, folder string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tests in %s: %v", folder, err)
	}
	var all strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(content)
	}
	return all.String()
}
