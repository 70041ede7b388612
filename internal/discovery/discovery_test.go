package discovery

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/config"

	"github.com/firsttoken/firsttoken/internal/stableread"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// files are lists in a folder that nobody writes at the same time.
func files(patterns ...string) Files {
	f := DefaultFiles()
	f.Patterns = patterns
	f.reader.Wait = func(context.Context, time.Duration) error { return nil }
	return f
}

// show is a list on a line.
func show(entries []Entry) string {
	var all []string
	for _, e := range entries {
		all = append(all, fmt.Sprintf("%s%v", e.Address, e.Labels))
	}
	return strings.Join(all, " ")
}

func TestFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.json"), `[{"targets": ["a:1", "a:2"], "labels": {"model": "m"}}, {"targets": []}]`)
	write(t, filepath.Join(dir, "b.yml"), "- targets: [b:1]\n- targets:\n    - b:2\n  labels: {port: 80}\n")
	write(t, filepath.Join(dir, "c.yaml"), "[]\n")
	f := files("*.json", "*.yml", "b.*", "c.yaml")
	f.SetDirectory(dir)
	got, err := f.Read(t.Context())
	want := "a:1map[model:m] a:2map[model:m] b:1map[] b:2map[port:80]"
	if err != nil || show(got) != want {
		t.Fatalf("%s, %v; want %s", show(got), err, want)
	}
	if at := got[3].Place.String(); !strings.HasSuffix(at, "b.yml:2: [1].targets[0]") {
		t.Error(at)
	}
	if at := got[1].Place.String(); !strings.HasSuffix(at, "a.json: [0].targets[1]") {
		t.Error(at)
	}
	none := files(filepath.Join(dir, "c.yaml"))
	if got, err := none.Read(t.Context()); err != nil || got == nil || len(got) != 0 {
		t.Errorf("an explicit empty list: %v, %v", got, err)
	}
}

// TestBadLists checks that a list that cannot be right is no list, and says where.
func TestBadLists(t *testing.T) {
	t.Parallel()
	many := `[{"targets": [` + strings.TrimSuffix(strings.Repeat(`"a:1",`, defaultTargets+1), ",") + `]}]`
	labels := map[string]string{}
	for i := range maxLabels + 1 {
		labels[fmt.Sprintf("l%d", i)] = "v"
	}
	manyLabels := strings.ReplaceAll(strings.ReplaceAll(fmt.Sprint(labels), "map", ""), " ", ", ")
	manyLabels = "- targets: [a]\n  labels: {" + strings.ReplaceAll(strings.Trim(manyLabels, "[]"), ":", ": ") + "}\n"
	for _, c := range []struct{ name, file, text, want string }{
		{"empty", "a.json", "", "a.json is not a list of targets: it ends too early"},
		{"cut", "a.json", `[{"targets": ["a:1"`, "it ends too early"},
		{"null", "a.json", "null", "a.json is empty; a list without targets is written as []"},
		{"empty YAML", "a.yml", "# soon\n", "a.yml is empty; a list"},
		{"null YAML", "a.yml", "null\n", "a.yml is empty; a list"},
		{"not JSON", "a.json", "secret", "no JSON at byte 1"},
		{"a mapping", "a.json", `{"targets": []}`, "wrong type at byte 1"},
		{"a null group", "a.json", `[null]`, "targets is missing"},
		{"more than a list", "a.json", `[] []`, "has something after its list"},
		{"unknown key", "a.json", `[{"targets": [], "lables": {}}]`, "a group has `targets` and `labels`"},
		{"unknown key in YAML", "a.yml", "- targets: []\n  lables: {}\n", "a.yml is not a list of targets: line 2: "},
		{"no targets", "a.yml", "- labels: {a: b}\n", "a.yml:1: [0]: targets is missing"},
		{"no group", "a.yml", "- null\n", "a group has `targets` and `labels`"},
		{"wrong type", "a.yml", "- targets: secret\n", "line 1: a group has `targets` and `labels`"},
		{"not YAML", "a.yml", "- targets: [\n", "line 1: "},
		{"an empty address", "a.yml", "- targets: [a, '']\n", "a.yml:1: [0].targets[1]: an address has 1 to 1024"},
		{"a long address", "a.yml", "- targets: [" + strings.Repeat("a", maxAddress+1) + "]\n", "not 1025"},
		{"a label's name", "a.yml", "- targets: [a]\n  labels: {a-b: c}\n", `"a-b" is no name of a label`},
		{"a label's value", "a.yml", "- targets: [a]\n  labels: {a: " + strings.Repeat("v", 257) + "}\n", "longer than 256"},
		{"many labels", "a.yml", manyLabels, "33 labels are more than 32"},
		{"many targets", "a.json", many, "101 targets are more than max_targets, 100"},
		{"many bytes", "a.json", strings.Repeat(" ", maxListBytes+1), "a.json has more than 4194304 bytes"},
		{
			"aliases that multiply", "a.yml",
			"- &a {targets: [" + strings.Repeat("x, ", 99) + "x]}\n" + strings.Repeat("- *a\n", 2), "300 targets are more than",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), c.file)
			write(t, path, c.text)
			got, err := files(path).Read(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%.200s, %v; want %q", show(got), err, c.want)
			}
		})
	}
	if _, err := files(filepath.Join(t.TempDir(), "*.yml")).Read(t.Context()); err == nil ||
		!strings.Contains(err.Error(), "there is no file ") {
		t.Errorf("no file at all: %v", err)
	}
}

// TestFilesAreReadUntilStable checks that half of a list is not taken, though it is one.
func TestFilesAreReadUntilStable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.yml")
	half, whole := "- targets: [a:1]\n", "- targets: [a:1]\n- targets: [a:2]\n"
	write(t, path, half)
	f := files(path)
	f.reader = stableread.Reader{Wait: func(context.Context, time.Duration) error {
		if whole != "" {
			write(t, path, whole)
			whole = ""
		}
		return nil
	}}
	if got, err := f.Read(t.Context()); err != nil || len(got) != 2 {
		t.Errorf("%s, %v; want both targets", show(got), err)
	}
}

func server(t *testing.T, answer http.HandlerFunc) Server {
	t.Helper()
	h := httptest.NewServer(answer)
	t.Cleanup(h.Close)
	s := DefaultServer()
	s.URL = h.URL + "/list?key=secret"
	return s
}

func says(kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, body)
	}
}

func TestServer(t *testing.T) {
	t.Parallel()
	var asked *http.Request
	s := server(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r
		says("application/json; charset=utf-8", `[{"targets": ["a:1"], "labels": {"model": "m"}}]`)(w, r)
	})
	s.HTTP.BasicAuth = &config.BasicAuth{Username: "me", Password: "hunter2"}
	got, err := s.Read(t.Context())
	if err != nil || show(got) != "a:1map[model:m]" {
		t.Fatalf("%s, %v", show(got), err)
	}
	if at := got[0].Place.String(); strings.Contains(at, "secret") || !strings.HasSuffix(at, "/list: [0].targets[0]") {
		t.Error(at)
	}
	user, password, _ := asked.BasicAuth()
	if user != "me" || password != "hunter2" || asked.Header.Get("X-Prometheus-Refresh-Interval-Seconds") != "60" ||
		asked.Header.Get("Accept") != "application/json" {
		t.Errorf("asked with %v", asked.Header)
	}
}

func TestBadAnswers(t *testing.T) {
	t.Parallel()
	large := `[{"targets": ["` + strings.Repeat("a", maxListBytes) + `"]}]`
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   string
	}{
		{"an error", http.NotFound, "status 404"},
		{"a page", says("text/html", "[]"), "not application/json"},
		{"no content type", says("", "[]"), "not application/json"},
		{"nothing", says("application/json", ""), "it ends too early"},
		{"null", says("application/json", "null"), "is empty; a list"},
		{"too large", says("application/json", large), "more than 4194304 bytes"},
		{"cut", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			says("application/json", "[]")(w, r)
		}, "unexpected EOF"},
		{"nobody", nil, "connection refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := server(t, c.answer)
			if c.answer == nil {
				s.URL = "http://127.0.0.1:1/list?key=secret"
			}
			_, err := s.Read(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
