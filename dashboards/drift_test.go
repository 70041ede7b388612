package dashboards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/alerts"
)

// TestNothingIsStale: what is embedded is what the code builds, no more and no less.
func TestNothingIsStale(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := embedded.ReadFile("json/" + name)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("json/%s is stale (%v): go generate ./dashboards", name, err)
		}
	}
	entries, err := fs.ReadDir(embedded, "json")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := files[e.Name()]; !ok {
			t.Errorf("json/%s is built by nothing", e.Name())
		}
	}
}

// TestStrict: the model's own strict decoder takes every file. Its error is a typed nil where there is
// none, so only its text tells.
func TestStrict(t *testing.T) {
	for _, d := range all() {
		content, err := embedded.ReadFile("json/" + *d.Uid + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if got := strict(content); got != "" {
			t.Errorf("%s: %s", *d.Uid, got)
		}
		var again model
		if err := json.Unmarshal(content, &again); err != nil {
			t.Fatal(err)
		}
		if again.SchemaVersion != 42 || *again.Uid != *d.Uid || len(again.Panels) != len(d.Panels) {
			t.Errorf("%s: schema %d, uid %s, %d panels", *d.Uid, again.SchemaVersion, *again.Uid, len(again.Panels))
		}
	}
}

func strict(content []byte) string {
	var d model
	if err := d.UnmarshalJSONStrict(content); err != nil {
		return err.Error()
	}
	return ""
}

func TestStrictIsStrict(t *testing.T) {
	content, err := embedded.ReadFile("json/" + alerts.FleetUID + ".json")
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Replace(content, []byte(`"schemaVersion"`), []byte(`"schemaVersoin"`), 1)
	if strict(broken) == "" {
		t.Error("a misspelt key was taken")
	}
}

func TestProvisioning(t *testing.T) {
	var file struct {
		APIVersion int `yaml:"apiVersion"`
		Providers  []struct {
			Type    string
			Options struct{ Path string }
		}
	}
	if err := yaml.Unmarshal([]byte(provisioning), &file); err != nil {
		t.Fatal(err)
	}
	if file.APIVersion != 1 || len(file.Providers) != 1 {
		t.Fatalf("%+v", file)
	}
	if p := file.Providers[0]; p.Type != "file" || p.Options.Path != "$FIRSTTOKEN_DASHBOARDS" {
		t.Errorf("%+v", p)
	}
}

// TestNothingIsLeftOut: the SDK writes a setting that was not chosen as an empty string, which Grafana
// takes for a choice. Only texts may be empty.
func TestNothingIsLeftOut(t *testing.T) {
	for _, d := range all() {
		content, err := encode(d)
		if err != nil {
			t.Fatal(err)
		}
		var tree any
		if err := json.Unmarshal(content, &tree); err != nil {
			t.Fatal(err)
		}
		for _, path := range empty(tree, "") {
			t.Errorf("%s: %s is empty", *d.Title, path)
		}
	}
}

// empty lists the paths of empty strings that are no texts.
func empty(node any, path string) []string {
	texts := []string{"legendFormat", "fields", "regex", "tooltip"}
	var found []string
	switch n := node.(type) {
	case map[string]any:
		for key, value := range n {
			if value == "" && !slices.Contains(texts, key) {
				found = append(found, path+"."+key)
			}
			found = append(found, empty(value, path+"."+key)...)
		}
	case []any:
		for i, value := range n {
			found = append(found, empty(value, fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	return found
}
