//go:build cgo && linux && !nodcgm

package dcgm

import (
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// update writes the recording anew: go test ./exporter/dcgm -run TestEightB200sInBaseUnits -update.
var update = flag.Bool("update", false, "write testdata/b200.prom")

// recording is a scrape of eight B200s as the fake host engine has them, through the real client.
// e2e/dashboards moves its values with the load, so that dashboards are evaluated on series that this
// package gives and on no others.
const recording = "testdata/b200.prom"

// recorded holds the recording to a scrape: the same series, whatever their values are by now.
func recorded(t *testing.T, s scrape) {
	t.Helper()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if strings.HasPrefix(name, "dcgm_gpu_") || strings.HasPrefix(name, "firsttoken_target_gpu_info{") {
			names = append(names, name)
		}
	}
	if *update {
		var text strings.Builder
		for _, name := range names {
			text.WriteString(name + " " + s[name] + "\n")
		}
		if err := os.WriteFile(recording, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for line := range strings.Lines(string(text)) {
		have = append(have, line[:strings.LastIndexByte(line, ' ')])
	}
	if !slices.Equal(have, names) {
		t.Errorf("%s has %d series, a scrape %d; -update writes it anew", recording, len(have), len(names))
	}
}
