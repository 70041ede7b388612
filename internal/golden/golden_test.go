package golden

import (
	"os"
	"path/filepath"
	"testing"
)

// recorder is a test that remembers its failures.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failed = true }

func TestCompare(t *testing.T) {
	path := filepath.Join(t.TempDir(), "golden.txt")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		got          string
		update, fail bool
		file         string // afterwards
	}{
		{got: "old", file: "old"},
		{got: "new", fail: true, file: "old"}, // a difference changes nothing
		{got: "new", update: true, file: "new"},
	} {
		r := &recorder{TB: t}
		Compare(r, path, row.got, row.update)
		if r.failed != row.fail {
			t.Errorf("%q: failed is %v, want %v", row.got, r.failed, row.fail)
		}
		if file, err := os.ReadFile(path); err != nil || string(file) != row.file {
			t.Errorf("%q: the file is %q, %v; want %q", row.got, file, err, row.file)
		}
	}
}
