// Command generate writes the dashboards' JSON beside package dashboards; go generate ./dashboards
// runs it there.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/firsttoken/firsttoken/dashboards"
)

func main() {
	if err := write("json"); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	files, err := dashboards.Files()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
