package dashboards

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/firsttoken/firsttoken/e2e/grafana"
)

var promtool = flag.String("promtool", "../../bin/.debian/usr/bin/promtool",
	"promtool of the oldest supported Prometheus, 2.42; make rules unpacks Debian's there")

// TestOlderPrometheus: Prometheus 2.42 parses every expression, in either form of histograms. Its promtool receives
// them as if they were recording rules.
func TestOlderPrometheus(t *testing.T) {
	if _, err := os.Stat(*promtool); err != nil {
		t.Skipf("no promtool of Prometheus 2.42 at %s: `make rules` unpacks that of Debian 12 there, "+
			"-promtool names another", *promtool)
	}
	type rule struct{ Record, Expr string }
	var rules []rule
	for _, d := range shipped(t) {
		for _, expr := range expressions(d) {
			rules = append(rules, rule{fmt.Sprintf("dashboard:query:%d", len(rules)), expr})
		}
	}
	file, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboards", "rules": rules}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), *promtool, "check", "rules", path).CombinedOutput()
	if err != nil || !strings.Contains(string(out), fmt.Sprintf("%d rules found", len(rules))) {
		t.Errorf("%v\n%s", err, out)
	}
}

// expressions are the queries of a dashboard's panels in both forms of histograms, and those of its annotations.
func expressions(d grafana.Dashboard) []string {
	values := map[string]string{}
	for _, x := range d.Templating.List {
		values[x.Name] = x.Current.Value
	}
	v := grafana.View{At: now(), Range: 6 * time.Hour, Values: values}
	var all []string
	for _, form := range []string{"_bucket{", "{"} {
		v.Values["histograms"] = form
		for _, p := range d.Every() {
			for _, q := range p.Targets {
				all = append(all, v.Fill(q.Expr, time.Minute))
			}
		}
	}
	for _, a := range d.Annotations.List {
		all = append(all, v.Fill(a.Target.Expr, time.Minute))
	}
	return all
}
