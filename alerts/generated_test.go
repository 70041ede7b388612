package alerts

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t *testing.T, b []byte, into any) {
	t.Helper()
	if err := yaml.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// TestFilesAreUpToDate: what is committed is what the code says now, in both forms.
func TestFilesAreUpToDate(t *testing.T) {
	groups := Groups(Defaults())
	plain, err := Plain(groups)
	if err != nil {
		t.Fatal(err)
	}
	resource, err := PrometheusRule(groups, read(t, "gpu.rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{"firsttoken.rules.yml": plain, "prometheusrule.yml": resource} {
		if !bytes.Equal(read(t, name), want) {
			t.Errorf("%s is stale: go generate ./alerts", name)
		}
	}
}

// TestFormsAgree decodes both committed files without knowing how they were made.
func TestFormsAgree(t *testing.T) {
	type groups struct {
		Groups []map[string]any `yaml:"groups"`
	}
	var plain, gpus groups
	var resource struct {
		APIVersion string `yaml:"apiVersion"`
		Kind       string `yaml:"kind"`
		Spec       groups `yaml:"spec"`
	}
	parse(t, read(t, "firsttoken.rules.yml"), &plain)
	parse(t, read(t, "gpu.rules.yml"), &gpus)
	parse(t, read(t, "prometheusrule.yml"), &resource)
	if resource.APIVersion != "monitoring.coreos.com/v1" || resource.Kind != "PrometheusRule" {
		t.Errorf("it is a %s %s", resource.APIVersion, resource.Kind)
	}
	want, err := yaml.Marshal(append(plain.Groups, gpus.Groups...))
	if err != nil {
		t.Fatal(err)
	}
	got, err := yaml.Marshal(resource.Spec.Groups)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the PrometheusRule has other groups than the two rule files")
	}
}

// TestNoRuleNeedsClassicHistograms: a server that ingests native histograms has no buckets, and neither
// _sum nor _count of histograms without the other form beside them.
func TestNoRuleNeedsClassicHistograms(t *testing.T) {
	for _, g := range Groups(Defaults()) {
		for _, r := range g.Rules {
			if strings.Contains(r.Expr, "_bucket") || strings.Contains(r.Expr, "histogram_quantile") {
				t.Errorf("%s%s reads buckets", r.Record, r.Alert)
			}
			if strings.Contains(r.Expr, "_seconds_sum") && !strings.Contains(r.Expr, "histogram_sum") {
				t.Errorf("%s%s reads only the classic form", r.Record, r.Alert)
			}
		}
	}
}
