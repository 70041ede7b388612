// Package firsttoken_test holds the shape of the whole: which room may know which.
package firsttoken_test

import (
	"go/build"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/firsttoken/firsttoken"

// arrows lists for each room what it may import of ours; see docs/design.md. A room that is not
// listed fails the test, so that a new one is drawn before it is built.
func arrows() map[string][]string {
	return map[string][]string{
		"cmd/firsttoken":      {"dashboards", "internal/config", "internal/invalid", "internal/netstamp", "internal/simulator", "internal/waker", "exporter", "exporter/dcgm", "exporter/otel", "prober", "prober/chat", "prober/selfcheck", "prober/slo", "prober/workload"},
		"internal/config":     {"internal/invalid", "prober", "prober/chat", "prober/slo", "prober/workload"},
		"exporter":            {"prober", "prober/chat", "prober/slo", "prober/workload"},
		"exporter/dcgm":       {},
		"exporter/otel":       {"prober", "prober/chat", "prober/slo"},
		"prober":              {"internal/invalid", "internal/waker", "prober/chat", "prober/slo", "prober/workload"},
		"prober/selfcheck":    {"internal/netstamp", "prober", "prober/chat"},
		"prober/workload":     {"internal/invalid", "prober/chat"},
		"prober/chat":         {"internal/invalid", "internal/netstamp", "internal/sse"},
		"prober/slo":          {"internal/invalid"},
		"internal/benchtruth": {"internal/waker", "prober/chat"},
		"internal/simulator":  {"internal/invalid"},
		"internal/invalid":    {},
		"internal/netstamp":   {},
		"internal/sse":        {},
		"internal/waker":      {},
		"alerts":              {"prober/slo"},
		"alerts/generate":     {"alerts"},
		"dashboards":          {"alerts"},
		"dashboards/generate": {"dashboards"},
	}
}

func TestImportsFollowTheArrows(t *testing.T) {
	allowed := arrows()
	seen := map[string]bool{}
	for _, room := range rooms(t) {
		seen[room] = true
		want, drawn := allowed[room]
		if !drawn {
			t.Errorf("%s is not in the drawing", room)
			continue
		}
		for _, imported := range imports(t, room) {
			if !slices.Contains(want, imported) {
				t.Errorf("%s imports %s: no such arrow", room, imported)
			}
		}
	}
	for _, room := range slices.Sorted(maps.Keys(allowed)) {
		if !seen[room] {
			t.Errorf("%s is drawn but does not exist", room)
		}
	}
}

// rooms are the folders of this module that hold Go code, tests aside. Nested modules are their own,
// and bin holds what make fetched.
func rooms(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (name == "bin" || d.Name() == "tools" || d.Name() == "e2e" || d.Name() == "testdata" || (name != "." && strings.HasPrefix(d.Name(), "."))) {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			found[filepath.ToSlash(filepath.Dir(name))] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(found))
}

// imports are the packages of ours that a room's code imports, its tests aside.
func imports(t *testing.T, room string) []string {
	t.Helper()
	pkg, err := build.Default.ImportDir(filepath.FromSlash(room), 0)
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for _, imported := range pkg.Imports {
		if rest, ok := strings.CutPrefix(imported, module+"/"); ok {
			ours = append(ours, path.Clean(rest))
		}
	}
	return ours
}
