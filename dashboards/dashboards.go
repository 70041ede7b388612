package dashboards

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// embedded holds json/*.json, one dashboard each, and json/provisioning.yaml, which makes Grafana load them.
//
//go:embed json
var embedded embed.FS

// model is the classic model. The SDK calls it deprecated in favour of one that Grafana 13 brought and
// 12 does not load; what is provisioned as a file stays classic.
type model = dashboard.Dashboard //nolint:staticcheck // see above

// all builds every dashboard, in the order in which one reads them.
func all() []model {
	return []model{fleet(), target(), budget(), capacity(), gpus()}
}

// Files is what json/ must hold: file names and contents.
func Files() (map[string][]byte, error) {
	files := map[string][]byte{provisioningFile: []byte(provisioning)}
	for _, d := range all() {
		content, err := encode(d)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", *d.Uid, err)
		}
		files[*d.Uid+".json"] = content
	}
	return files, nil
}

// encode keeps < and > of PromQL readable, which json.Marshal would escape.
func encode(d model) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Write copies the embedded files into dir, which is made where it does not exist, and returns
// their paths.
func Write(dir string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("writing dashboards: %w", err)
	}
	entries, err := fs.ReadDir(embedded, "json")
	if err != nil {
		return nil, fmt.Errorf("writing dashboards: %w", err)
	}
	var written []string
	for _, entry := range entries {
		content, err := fs.ReadFile(embedded, "json/"+entry.Name())
		if err != nil {
			return nil, fmt.Errorf("writing dashboards: %w", err)
		}
		path := filepath.Join(dir, entry.Name())
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return nil, fmt.Errorf("writing dashboards: %w", err)
		}
		written = append(written, path)
	}
	return written, nil
}
