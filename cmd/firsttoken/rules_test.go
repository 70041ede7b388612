package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/firsttoken/firsttoken/internal/golden"
)

// rules runs the subcommand into a folder of the test's own.
func rules(t *testing.T, args ...string) (dir, output string, code int) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "out")
	var out bytes.Buffer
	p := program{Args: append([]string{"rules", "--out", dir}, args...), Stdout: &out, Stderr: &out}
	code = p.run(t.Context())
	return dir, out.String(), code
}

// TestRulesAreWritten: by a file of parameters in which every section differs from the defaults.
func TestRulesAreWritten(t *testing.T) {
	dir, output, code := rules(t, "--parameters", "../../alerts/testdata/parameters/several.yml")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, output)
	}
	content, err := os.ReadFile(filepath.Join(dir, "firsttoken.rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"by (cluster, job, target)", "severity: ticket", "service: inference", "https://grafana.example.org/d/",
		"https://wiki.example.org/firsttoken#", "http://firsttoken.example.org:9977/targets", "increase2h", "ratio10m",
	} {
		if !bytes.Contains(content, []byte(want)) {
			t.Errorf("the rules have no %q", want)
		}
	}
	for _, gone := range []string{"FirsttokenSaturation", "pearson", "region"} {
		if bytes.Contains(content, []byte(gone)) {
			t.Errorf("the rules still have %q", gone)
		}
	}
	for line := range strings.Lines(output) {
		if _, err := os.Stat(strings.TrimSpace(line)); err != nil {
			t.Errorf("the output names what is not there: %v", err)
		}
	}
	if n := strings.Count(output, "\n"); n < 10 {
		t.Errorf("only %d files were written:\n%s", n, output)
	}
}

// TestRulesRefuseBadParameters: every mistake is told with its line, and nothing is written.
func TestRulesRefuseBadParameters(t *testing.T) {
	dir, output, code := rules(t, "--parameters", "../../alerts/testdata/parameters/bad.yml")
	if _, err := os.Stat(dir); code != 1 || err == nil {
		t.Errorf("exit code %d, %s", code, output)
	}
	got := strings.ReplaceAll(output, "../../alerts/testdata/parameters/", "")
	golden.Compare(t, "../../alerts/testdata/parameters/bad.err", got, *update)
}

// TestRulesNeedTheirFile: a file of parameters that is not there is an error, not the defaults.
func TestRulesNeedTheirFile(t *testing.T) {
	if _, output, code := rules(t, "--parameters", "nowhere.yml"); code != 1 || !strings.Contains(output, "nowhere.yml") {
		t.Errorf("exit code %d, %s", code, output)
	}
}
