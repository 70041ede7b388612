package dcgm

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.yaml.in/yaml/v3"
)

// TestRulesReadWhatExists: a recording rule that reads a name nobody exports is silently empty.
func TestRulesReadWhatExists(t *testing.T) {
	text, err := os.ReadFile("../../alerts/gpu.rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct{ Record, Expr string }
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	exported := describedNames(t)
	read := regexp.MustCompile(`\b(dcgm_[a-z_]+|firsttoken_target_gpu_[a-z_]+)`)
	var records []string
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			records = append(records, rule.Record)
			for _, name := range read.FindAllString(rule.Expr, -1) {
				if !exported[name] {
					t.Errorf("%s reads %s, which is not exported", rule.Record, name)
				}
			}
		}
	}
	// The gpu:* series that dashboards stand on.
	for _, want := range []string{
		"gpu:power_watts", "gpu:sm_active_ratio", "gpu:throttle_ratio:rate5m", "gpu:clock_ratio", "gpu:bound:bool",
		"hostengine:gpu_sm_active_spread:ratio10m", "target:gpu_joules_per_output_token:rate5m",
	} {
		if !strings.Contains("\n"+strings.Join(records, "\n")+"\n", "\n"+want+"\n") {
			t.Errorf("%s is not recorded", want)
		}
	}
}

func describedNames(t *testing.T) map[string]bool {
	t.Helper()
	c, _ := unsupervised(t)
	descs := make(chan *prometheus.Desc)
	go func() {
		defer close(descs)
		c.Describe(descs)
	}()
	names := map[string]bool{}
	name := regexp.MustCompile(`fqName: "([^"]+)"`)
	for desc := range descs {
		names[name.FindStringSubmatch(desc.String())[1]] = true
	}
	return names
}
