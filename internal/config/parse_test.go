package config

import (
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/internal/golden"
	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober"
	"github.com/firsttoken/firsttoken/prober/chat"
)

// TestBad compares the error of every file in testdata/bad with the message beside it. To write the
// messages again: go test ./internal/config -run TestBad -update. Then read them.
func TestBad(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/bad/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bad files: %v", err)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			f, err := Load(path)
			if err == nil {
				t.Fatalf("accepted, with targets %v", f.Targets)
			}
			got := strings.ReplaceAll(err.Error(), "testdata/bad/", "") + "\n"
			got = strings.ReplaceAll(got, apiNames(), "{dialects}")
			golden.Compare(t, strings.TrimSuffix(path, ".yml")+".err", got, *update)
		})
	}
}

// apiNames are the dialects as errors list them.
func apiNames() string {
	var names []string
	for _, a := range chat.APIs() {
		names = append(names, string(a))
	}
	return strings.Join(names, ", ")
}

var update = flag.Bool("update", false, "write golden files")

// TestGood checks that the good files are accepted, and some values that follow from several keys.
func TestGood(t *testing.T) {
	t.Parallel()
	readme, err := Load("testdata/good/readme.yml")
	if err != nil {
		t.Fatal(err)
	}
	// What /config shows is a configuration again, of the very same targets.
	again, err := Parse("shown.yml", []byte(readme.Redacted()), when(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Targets) != 1 || again.Targets[0].Hash() != readme.Targets[0].Hash() {
		t.Errorf("shown as\n%s", readme.Redacted())
	}
	shared, err := Load("testdata/good/shared.yml")
	if err != nil {
		t.Fatal(err)
	}
	own, paid := shared.Targets[0], shared.Targets[1]
	if own.Prices.Input != 0 || paid.Prices.Input != 1.2 || own.Timeout != paid.Timeout ||
		paid.Labels["team"] != "platform" {
		t.Errorf("%+v\n%+v", own, paid)
	}
}

// TestChecks checks that the problems of a Check have their lines, and that those of shared values are
// reported once.
func TestChecks(t *testing.T) {
	t.Parallel()
	unknown := func(t prober.Target) (errs invalid.Errors) {
		for i, entry := range t.GPUs {
			if entry != "node1" {
				errs.Add(fmt.Sprintf("gpus[%d]", i), "%q is unknown", entry)
			}
		}
		return errs
	}
	text := `defaults: {api: openai_chat, model: m, url: "http://h/v1", gpus: [node3]}
targets:
  - name: a
    gpus:
      - node1
      - node2
  - name: b
  - name: c
`
	_, err := Parse("f.yml", []byte(text), when(t), unknown)
	want := `f.yml:1: defaults.gpus[0]: "node3" is unknown (targets b and c)
f.yml:6: targets[0].gpus[1]: "node2" is unknown`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want\n%s", err, want)
	}
}
