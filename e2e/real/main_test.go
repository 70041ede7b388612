//go:build real

package real

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// What the tests run: set by TestMain.
var (
	python  = os.Getenv("FIRSTTOKEN_REAL_PYTHON")  // with the packages of requirements.txt
	litellm = os.Getenv("FIRSTTOKEN_REAL_LITELLM") // LiteLLM's proxy; empty: its tests are skipped
	nginx   = os.Getenv("FIRSTTOKEN_REAL_NGINX")   // empty: its tests are skipped

	firsttoken string // the binary under test
	tinyModel  string // a GGUF file
)

func TestMain(m *testing.M) {
	if python == "" {
		fmt.Fprintln(os.Stderr, "FIRSTTOKEN_REAL_PYTHON is not set: run make e2e-real")
		os.Exit(1)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "firsttoken-real")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	firsttoken, tinyModel = filepath.Join(dir, "firsttoken"), filepath.Join(dir, "tiny.gguf")
	for _, command := range [][]string{
		{"go", "-C", "../..", "build", "-o", firsttoken, "./cmd/firsttoken"},
		append([]string{python, "model.py", tinyModel}, words()...),
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v: %v\n%s", command, err, out)
			return 1
		}
	}
	return m.Run()
}

// words are the files whose words become the model's vocabulary.
func words() []string {
	var files []string
	for _, pattern := range []string{"../../prober/workload/*.go", "../../docs/*.md", "../../*/*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			panic(err)
		}
		files = append(files, found...)
	}
	return files
}
