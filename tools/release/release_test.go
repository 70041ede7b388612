package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// built builds the release of this machine's architecture from a tree.
func built(t *testing.T, root string) string {
	t.Helper()
	r := release{
		Root: root, Out: t.TempDir(), Version: "1.2.3", Revision: "0123456789abcdef0123456789abcdef01234567",
		Time: time.Unix(1_700_000_000, 0).UTC(), Platforms: []string{"linux/" + runtime.GOARCH},
		URL: "https://example.com/releases",
	}
	if err := r.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r.Out
}

// copied is a copy of the tree in another folder, without git.
func copied(t *testing.T) string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = "../.."
	list, err := cmd.Output()
	if err != nil {
		t.Skip("this is no git checkout, so the tree cannot be copied: clone the project")
	}
	to := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		data, err := os.ReadFile(filepath.Join("../..", name))
		if os.IsNotExist(err) {
			continue // deleted and not committed
		}
		at := filepath.Join(to, name)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(at), 0o755)
		}
		if err == nil {
			err = os.WriteFile(at, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// Two builds of one tree, in different places, are the same to the byte.
func TestBuildsAreReproducible(t *testing.T) {
	first, second := built(t, "../.."), built(t, copied(t))
	names, err := os.ReadDir(first)
	if err != nil {
		t.Fatal(err)
	}
	kinds := ""
	for _, n := range names {
		a, errA := os.ReadFile(filepath.Join(first, n.Name()))
		b, errB := os.ReadFile(filepath.Join(second, n.Name()))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs: %d and %d bytes, %v, %v", n.Name(), len(a), len(b), errA, errB)
		}
		kinds += filepath.Ext(n.Name())
	}
	for _, kind := range []string{".gz", ".deb", ".rpm", ".rb"} {
		if strings.Count(kinds, kind) != 1 {
			t.Errorf("the release has not one %s: %v", kind, names)
		}
	}
	checkSums(t, first)
	t.Run("installed", func(t *testing.T) { checkDeb(t, first) })
}

func checkSums(t *testing.T, dist string) {
	t.Helper()
	cmd := exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	cmd.Dir = dist
	if out, err := cmd.CombinedOutput(); err != nil || strings.Count(string(out), ": OK") != 3 {
		t.Errorf("the checksums: %v\n%s", err, out)
	}
	formula, err := os.ReadFile(filepath.Join(dist, "firsttoken.rb"))
	sums, _ := os.ReadFile(filepath.Join(dist, "SHA256SUMS"))
	_, line, _ := strings.Cut(string(formula), `sha256 "`)
	if sum, _, _ := strings.Cut(line, `"`); err != nil || len(sum) != 64 || !strings.Contains(string(sums), sum) {
		t.Errorf("the formula has no checksum of an archive: %v\n%s", err, formula)
	}
}

// Everything that is asked of git can be given, and a tree without a tag still has a version that packages take.
func TestVersions(t *testing.T) {
	r := release{Root: "../.."}
	if err := r.complete(t.Context()); err != nil {
		t.Skip("this is no git checkout (clone the project): ", err)
	}
	if len(r.Revision) != 40 || !strings.Contains(r.Version, ".") || r.Time.Year() < 2026 {
		t.Errorf("version %s, commit %s of %s", r.Version, r.Revision, r.Time)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "1234567890")
	if err := r.complete(t.Context()); err != nil || r.Time.Unix() != 1234567890 {
		t.Errorf("%v, %v", r.Time, err)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "yesterday")
	if err := r.complete(t.Context()); err == nil {
		t.Error("a time that is no number is taken")
	}
}

// A formula has the systems that were built, with their sums.
func TestFormula(t *testing.T) {
	r := release{Out: t.TempDir(), Version: "1.2.3", URL: "https://example.com/d/"}
	sums := map[string]string{"firsttoken-1.2.3-darwin-arm64.tar.gz": "aaa", "firsttoken-1.2.3-linux-amd64.tar.gz": "bbb"}
	if err := r.formula(sums); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(r.Out, "firsttoken.rb"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"on_macos do\n    on_arm do\n      url \"https://example.com/d/v1.2.3/firsttoken-1.2.3-darwin-arm64.tar.gz\"\n" +
			"      sha256 \"aaa\"",
		"on_linux do\n    on_intel do",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if n := strings.Count(string(text), "sha256"); n != 2 {
		t.Errorf("%d archives, want 2", n)
	}
}
