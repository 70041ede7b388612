// Package firsttoken_test holds the shape of the whole: docs/design.md describes every folder and every import
// between them, and these tests compare it with the code.
package firsttoken_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/firsttoken/firsttoken"

// TestImportsFollowTheArrows compares the arrows of docs/design.md with the imports of the code, in both directions.
func TestImportsFollowTheArrows(t *testing.T) {
	drawn, imported := drawnArrows(t), importArrows(t)
	for _, arrow := range slices.Sorted(maps.Keys(imported)) {
		if !drawn[arrow] {
			t.Errorf("%s: the code has this import, and docs/design.md draws no such arrow", arrow)
		}
	}
	for _, arrow := range slices.Sorted(maps.Keys(drawn)) {
		if !imported[arrow] {
			t.Errorf("%s: docs/design.md draws this arrow, and the code has no such import", arrow)
		}
	}
}

// TestArrowsPointDown keeps the drawing readable: a folder's own line stands below the lines that point to it.
func TestArrowsPointDown(t *testing.T) {
	line := map[string]int{}
	for i, row := range drawing(t) {
		line[row.from] = i
	}
	for i, row := range drawing(t) {
		for _, to := range row.to {
			if below, ok := line[to]; ok && below <= i {
				t.Errorf("docs/design.md: the line of %s must stand below the line of %s, which imports it", to, row.from)
			}
		}
	}
}

// TestEveryFolderIsDescribed holds the table of folders in docs/design.md to the folders that exist: those of the
// module that hold Go code, and those at the top that hold none.
func TestEveryFolderIsDescribed(t *testing.T) {
	described, folders := describedFolders(t), goFolders(t)
	for _, folder := range topFolders(t) {
		holdsCode := slices.ContainsFunc(folders, func(f string) bool { return strings.HasPrefix(f+"/", folder+"/") })
		if !holdsCode {
			folders = append(folders, folder)
		}
	}
	for _, folder := range folders {
		if !slices.Contains(described, folder) {
			t.Errorf("%s/ has no row in the table of docs/design.md", folder)
		}
	}
	for _, folder := range described {
		if info, err := os.Stat(filepath.FromSlash(folder)); err != nil || !info.IsDir() {
			t.Errorf("docs/design.md has a row for %s/, which does not exist", folder)
		}
	}
}

// arrow names one import between two folders of the module.
func arrow(from, to string) string { return from + " ──► " + to }

// drawnLine is a line of the drawing: a folder and the folders that it imports.
type drawnLine struct {
	from string
	to   []string
}

// drawing reads the arrows of docs/design.md. A line is
//
//	prober/selfcheck ──► prober, prober/chat
//
// and goes on in lines that have no arrow.
func drawing(t *testing.T) []drawnLine {
	t.Helper()
	var lines []drawnLine
	for line := range strings.Lines(section(t, "## Arrows")) {
		if !strings.HasPrefix(line, "    ") {
			continue
		}
		from, to, found := strings.Cut(line, "─►")
		switch {
		case found:
			lines = append(lines, drawnLine{from: strings.Trim(from, "─ ")})
		case len(lines) == 0:
			t.Fatalf("docs/design.md: the drawing begins without an arrow: %s", line)
		default:
			to = line
		}
		last := &lines[len(lines)-1]
		last.to = append(last.to, strings.FieldsFunc(to, func(r rune) bool { return strings.ContainsRune(" ,\n", r) })...)
	}
	return lines
}

func drawnArrows(t *testing.T) map[string]bool {
	t.Helper()
	arrows := map[string]bool{}
	for _, line := range drawing(t) {
		for _, to := range line.to {
			arrows[arrow(line.from, to)] = true
		}
	}
	return arrows
}

// describedFolders are the folders in the first column of the table in docs/design.md.
func describedFolders(t *testing.T) []string {
	t.Helper()
	quoted := regexp.MustCompile("`([a-z0-9/]+)/`")
	var folders []string
	for line := range strings.Lines(section(t, "## Folders")) {
		cells := strings.Split(line, "|")
		if len(cells) < 3 {
			continue
		}
		for _, match := range quoted.FindAllStringSubmatch(cells[1], -1) {
			folders = append(folders, match[1])
		}
	}
	return folders
}

// section is the text of docs/design.md below a heading.
func section(t *testing.T, heading string) string {
	t.Helper()
	text, err := os.ReadFile("docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n"+heading+"\n")
	if !found {
		t.Fatalf("docs/design.md has no section %q", heading)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	return rest
}

// importArrows reads the imports of every file that is no test. Files for other platforms count too, so that the
// result is the same on every machine.
func importArrows(t *testing.T) map[string]bool {
	t.Helper()
	arrows := map[string]bool{}
	for _, name := range goFiles(t) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(name), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if to, ok := strings.CutPrefix(imported, module+"/"); ok {
				arrows[arrow(path.Dir(name), to)] = true
			}
		}
	}
	return arrows
}

// goFolders are the folders of this module that hold Go code other than tests.
func goFolders(t *testing.T) []string {
	t.Helper()
	folders := map[string]bool{}
	for _, name := range goFiles(t) {
		folders[path.Dir(name)] = true
	}
	return slices.Sorted(maps.Keys(folders))
}

// goFiles are the Go files of this module, without tests and test data.
func goFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && !ours(name) {
			return fs.SkipDir
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			files = append(files, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// ours says whether a folder belongs to this module: the go command ignores hidden folders and testdata, a nested
// module has a go.mod, and bin holds the tools that make builds.
func ours(folder string) bool {
	if base := filepath.Base(folder); folder == "bin" || base == "testdata" || strings.HasPrefix(base, ".") {
		return false
	}
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err != nil
}

// topFolders are the folders at the top of the repository, hidden ones and bin aside.
func topFolders(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, entry := range entries {
		if name := entry.Name(); entry.IsDir() && name != "bin" && !strings.HasPrefix(name, ".") {
			folders = append(folders, name)
		}
	}
	return folders
}
