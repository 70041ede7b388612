package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/dashboards"
)

// TestDashboardsAreWritten compares the written files with those in the binary, byte for byte.
func TestDashboardsAreWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "folder")
	var out bytes.Buffer
	p := program{Args: []string{"dashboards", "--out", dir}, Stdout: &out, Stderr: &out}
	if code := p.run(t.Context()); code != 0 {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	files, err := dashboards.Files()
	if err != nil || len(files) < 6 {
		t.Fatal(len(files), err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from what is built", name)
		}
		if !strings.Contains(out.String(), filepath.Join(dir, name)+"\n") {
			t.Errorf("%s was not named on the output: %s", name, out.String())
		}
	}
}

func TestDashboardsNeedAFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := program{Args: []string{"dashboards", "--out", file}, Stdout: &out, Stderr: &out}
	if code := p.run(t.Context()); code != 1 || !strings.Contains(out.String(), "writing dashboards") {
		t.Errorf("exit code %d, output %q: a file is no folder", code, out.String())
	}
}
