// Package golden compares what a test produced with a file that holds what it should be.
package golden

import (
	"os"
	"testing"
)

// Compare fails the test if the file differs from the text. With update it writes the file first; tests define a flag
// -update for that.
func Compare(t testing.TB, path, got string, update bool) {
	t.Helper()
	if update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s (-update writes it):\n got:\n%s\nwant:\n%s", path, got, want)
	}
}
