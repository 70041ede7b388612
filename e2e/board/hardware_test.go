package board

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGPUNames: the made-up GPU series have names that exporter/dcgm gives.
func TestGPUNames(t *testing.T) {
	files, err := filepath.Glob("../../exporter/dcgm/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no exporter: %v", err)
	}
	var source strings.Builder
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	g := newGPU("node", 0)
	g.minute(500_000, true)
	for _, s := range g.series {
		name := strings.TrimPrefix(s.Labels.Get("__name__"), "dcgm_gpu_")
		if !strings.Contains(source.String(), `"`+name+`"`) {
			t.Errorf("exporter/dcgm has no %s", name)
		}
	}
}
